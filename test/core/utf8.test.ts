import fc from 'fast-check';
import { expect, test } from 'vitest';
import { utf8, utf8Length, writeUtf8 } from '../../src/core/utf8.ts';

/** UTF-16 units of all kinds, lone surrogates too; as long as both ways of writing need. */
const texts = fc
  .array(fc.oneof(fc.nat(0x7f), fc.nat(0xffff), fc.integer({ min: 0xd800, max: 0xdfff })), { maxLength: 200 })
  .map((units) => String.fromCharCode(...units));

test('texts short and long are written as the platform encodes them', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const wanted = Buffer.from(text, 'utf8');
      expect(Buffer.from(utf8(text))).toEqual(wanted);
      expect(utf8Length(text)).toBe(wanted.length);
    }),
  );
});

test('a text goes where it is told, and says where it ends', () => {
  fc.assert(
    fc.property(texts, fc.nat(10), (text, at) => {
      const wanted = Buffer.from(text, 'utf8');
      const room = new Uint8Array(at + wanted.length + 5).fill(0xff);
      expect(writeUtf8(text, room, at)).toBe(at + wanted.length);
      expect(Buffer.from(room.subarray(at, at + wanted.length))).toEqual(wanted);
      expect([...room.subarray(0, at), ...room.subarray(at + wanted.length)]).toEqual(
        Array(at + 5).fill(0xff),
      );
    }),
  );
});
