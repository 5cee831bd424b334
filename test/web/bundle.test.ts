/** Bundles as they are opened: those of other programs' packing too, and none that is damaged, foreign or too new. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBundle } from '../../web/bundle/read-bundle.ts';
import { unzipped, ZipError } from '../../web/shell/unzip.ts';
import { zipped } from '../../web/shell/zip.ts';

/** Deflated, with a comment behind it: written by Python's zipfile. */
const DEFLATED =
  'UEsDBBQAAAAIAAAAIQBIxcdXDAAAAOgDAAAKAAAAYS9sb25nLnR4dEtMShyFo3AUDnMIAFBLAQIUAxQAAAAIAAAAIQBIxcdXDAAAAOgDAAAKAAAAAAAAAAAAAACAAQAAAABhL2xvbmcudHh0UEsFBgAAAAABAAEAOAAAADQAAAASAGJ5IGFub3RoZXIgcHJvZ3JhbQ==';

const HEAD = {
  ...{
    format: 'drydock-fleet',
    version: 1,
    savedAt: '2026-11-28T10:00:00.000Z',
    screen: 'compare',
    seeds: 3,
  },
  ...{ title: 'For May', note: '', documents: { comparison: 'comparison.yaml' }, traces: {}, computed: null },
};
const DOCUMENT = { path: 'comparison.yaml', text: 'name: mine\nfleets: []\n' };

const bundle = (head: unknown, ...more: { path: string; text: string }[]) =>
  zipped([{ path: 'bundle.json', text: typeof head === 'string' ? head : JSON.stringify(head) }, ...more]);

describe('an archive', () => {
  it('comes back as it was written', async () => {
    const file = fc.record({
      path: fc.string({ unit: 'grapheme', minLength: 1 }).filter((path) => !path.endsWith('/')),
      text: fc.string({ unit: 'grapheme' }),
    });
    const files = fc.uniqueArray(file, { minLength: 1, maxLength: 5, selector: ({ path }) => path });
    await fc.assert(
      fc.asyncProperty(files, async (all) => {
        expect([...(await unzipped(zipped(all)))]).toEqual(all.map(({ path, text }) => [path, text]));
      }),
    );
  });

  it('is read where another program has deflated it', async () => {
    const bytes = Uint8Array.from(Buffer.from(DEFLATED, 'base64'));
    expect([...(await unzipped(bytes))]).toEqual([['a/long.txt', 'ab'.repeat(500)]]);
  });

  it('that was cut off anywhere, or has one other byte, is refused or says the same', async () => {
    const whole = bundle(HEAD, DOCUMENT);
    const files = [...(await unzipped(whole))];
    for (let length = 0; length < whole.length; length += 1)
      await expect(unzipped(whole.slice(0, length))).rejects.toBeInstanceOf(ZipError);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const bytes = whole.slice();
        bytes[at]! ^= change;
        const read = await unzipped(bytes).catch((error: unknown) => error);
        if (read instanceof Map)
          for (const [path, text] of read) expect(files.map(([, one]) => one)).toContain(text || path);
        else expect(read).toBeInstanceOf(ZipError);
      }),
    );
  });

  it('that would unpack to something huge is refused before it is', async () => {
    const bytes = zipped([{ path: 'a', text: 'x' }]);
    new DataView(bytes.buffer).setUint32(bytes.length - 22 - 47 + 24, 0xffff_0000, true);
    await expect(unzipped(bytes)).rejects.toThrow('more than 256 MiB');
  });
});

describe('a bundle', () => {
  it('brings documents, seeds and words', async () => {
    const read = await readBundle(bundle(HEAD, DOCUMENT));
    expect(read).toMatchObject({
      status: 'done',
      bundle: {
        documents: { comparison: { name: 'mine', fleets: [] } },
        ...{ seeds: 3, savedOn: '2026-11-28', about: { title: 'For May' } },
      },
    });
  });

  it.each([
    ['text', new TextEncoder().encode('dear diary'), 'no zip archive'],
    ['an archive of others', zipped([DOCUMENT]), 'no bundle.json'],
    ['a head that is no JSON', bundle('{', DOCUMENT), 'none of Drydock'],
    ['a head of others', bundle({ format: 'theirs' }, DOCUMENT), 'none of Drydock'],
    ['a head that is null', bundle('null', DOCUMENT), 'none of Drydock'],
    ['a newer version', bundle({ ...HEAD, version: 2 }, DOCUMENT), 'version 2; this page reads 1'],
    ['no document', bundle({ ...HEAD, documents: {} }), 'no document'],
    ['a document that is missing', bundle(HEAD), 'comparison.yaml is missing'],
    [
      'a document that is no YAML',
      bundle(HEAD, { ...DOCUMENT, text: 'a: [1\nb: 2' }),
      'cannot be read: line',
    ],
    [
      'a trace that is missing',
      bundle({ ...HEAD, traces: { day: 'traces/1-day' } }, DOCUMENT),
      'traces/1-day',
    ],
  ])('with %s says why it cannot be opened', async (_, bytes, words) => {
    const read = await readBundle(bytes as Uint8Array<ArrayBuffer>);
    expect(read).toMatchObject({ status: 'refused', reason: expect.stringContaining(words) as string });
  });
});
