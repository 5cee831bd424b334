import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IdMap } from '../../src/core/id-map.ts';

describe('id map', () => {
  test('behaves as a Map does, through growth and deletion', () => {
    const steps = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 200 })), { maxLength: 500 });
    fc.assert(
      fc.property(steps, (script) => {
        const own = new IdMap<string>();
        const plain = new Map<number, string>();
        for (const [add, id] of script) {
          if (add) {
            own.set(id, `v${id}`);
            plain.set(id, `v${id}`);
          } else {
            expect(own.delete(id)).toBe(plain.delete(id));
          }
          expect(own.size).toBe(plain.size);
        }
        for (let id = 0; id <= 200; id++) expect(own.get(id)).toBe(plain.get(id));
        expect(own.ids()).toEqual([...plain.keys()].sort((a, b) => a - b));
      }),
    );
  });
});
