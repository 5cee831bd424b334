/** The editor's parts that need no browser: where the cursor is, what may stand there, how text follows the document. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { plainSchema } from '../../sim/scenario/json-schema.ts';
import { ComparisonSchema } from '../../sim/scenario/schema.ts';
import { optionsAt } from '../../web/editor/complete.ts';
import { placeAt } from '../../web/editor/place.ts';
import { pathKeys, readYaml } from '../../web/editor/read.ts';
import { patched } from '../../web/editor/yaml-text.ts';

/** The place of `|` in a text. */
const at = (text: string) => placeAt(text.replace('|', ''), text.indexOf('|'));

import { choices } from '../../web/worker/choices.ts';

describe('the place of the cursor', () => {
  it.each([
    ['|', [], null, ''],
    ['se|', [], null, 'se'],
    ['seed: 1|', [], 'seed', '1'],
    ['workload:\n  ki|', ['workload'], null, 'ki'],
    ['workload:\n  kind: syn|', ['workload'], 'kind', 'syn'],
    ['fleets:\n  - name: a\n    pools:\n      - ro|', ['fleets', -1, 'pools', -1], null, 'ro'],
    ['fleets:\n- name: a\n  pools:\n  - role: |', ['fleets', -1, 'pools', -1], 'role', ''],
    ['fleets:\n  - name: a\n  - name: b\n    |', ['fleets', -1], null, ''],
    ['slo:\n  ttftMs: { p95: 1 }\nru|', [], null, 'ru'],
    ['workload:\n  arrivals: { process: po|', ['workload', 'arrivals'], 'process', 'po'],
    ['workload:\n  arrivals: { process: poisson, ra|', ['workload', 'arrivals'], null, 'ra'],
    ['a:\n  b: { c: [1, { d: |', ['a', 'b', 'c', -1], 'd', ''],
    ['gpus: [h100-sxm, h2|', ['gpus', -1], null, 'h2'],
    ['# note: x\nworkload:\n\n  # inner\n  |', ['workload'], null, ''],
  ])('%j', (text, path, key, typed) => {
    expect(at(text)).toMatchObject({ path, key, typed });
  });

  it('knows the keys above and below that are taken', () => {
    expect(at('slo:\n  ttftMs: {p95: 1}\n  |\n  itlMs: {p99: 1}\nrun: {}').siblings).toEqual([
      'ttftMs',
      'itlMs',
    ]);
  });
});

describe('completion', () => {
  const labels = (text: string): string[] =>
    optionsAt(plainSchema(ComparisonSchema), at(text), choices()).map(({ label }) => label);

  it.each([
    ['slo:\n  |', 'itlMs'],
    ['fleets:\n  - pools:\n      - |', 'gpu'],
    ['fleets:\n  - pools:\n      - role: |', 'prefill'],
    ['fleets:\n  - pools:\n      - gpu: |', 'h100-sxm'],
    ['fleets:\n  - pools:\n      - engine: { name: |', 'sglang'],
    ['workload:\n  arrivals:\n    process: |', 'closedLoop'],
    ['workload:\n  |', 'arrivals'],
  ])('of %j offers %s', (text, label) => {
    expect(labels(text)).toContain(label);
  });

  it('does not offer a key twice', () => {
    expect(labels('slo:\n  itlMs: {p99: 1}\n  |')).not.toContain('itlMs');
  });
});

describe('problems', () => {
  it('stand at the line of their field', () => {
    const read = readYaml('seed: 1\nfleets:\n  - name: a\n    pools:\n      - gpu: x\n');
    expect(read.kind).toBe('data');
    if (read.kind !== 'data') return;
    const placed = read.place({ path: 'fleets[0].pools[0].gpu', found: '"x"', expected: 'a GPU' });
    expect(placed.line).toBe(5);
    expect(placed.message).toContain('expected a GPU');
    // A field that is missing stands at the deepest parent that is there.
    expect(read.place({ path: 'fleets[0].pools[0].model', found: 'nothing', expected: 'a text' }).line).toBe(
      5,
    );
  });

  it('of the syntax have lines, too', () => {
    const read = readYaml('seed: 1\nfleets: [\n');
    expect(read.kind === 'broken' && read.problems[0]!.line).toBeGreaterThan(1);
  });

  it('read paths with quoted keys', () => {
    expect(pathKeys('workloads."a b.c".input[2]')).toEqual(['workloads', 'a b.c', 'input', 2]);
  });
});

describe('text that follows its document', () => {
  const text =
    '# the question\nname: x # why\nslo: { ttftMs: { p95: 1000 } }\nlist:\n  # first\n  - 1\n  - 2\n';

  it('keeps comments and style, and changes only what differs', () => {
    const document = { ...parse(text), slo: { ttftMs: { p95: 500 } }, list: [1, 3, 4] };
    expect(patched(text, document)).toBe(
      '# the question\nname: x # why\nslo: { ttftMs: { p95: 500 } }\nlist:\n  # first\n  - 1\n  - 3\n  - 4\n',
    );
  });

  it('stays byte for byte where it says the document already', () => {
    expect(patched(text, parse(text))).toBe(text);
  });

  it('says exactly the document, whatever the two are', () => {
    const values = fc.dictionary(
      fc.constantFrom('a', 'b', 'c', 'd'),
      fc.oneof(
        fc.integer(),
        fc.string(),
        fc.constant(null),
        fc.array(fc.integer(), { maxLength: 3 }),
        fc.dictionary(
          fc.constantFrom('x', 'y'),
          fc.oneof(fc.boolean(), fc.array(fc.string(), { maxLength: 2 })),
        ),
      ),
    );
    fc.assert(
      fc.property(values, values, (from, to) => {
        const plain = JSON.parse(JSON.stringify(to)) as unknown;
        expect(parse(patched(JSON.stringify(from), plain))).toEqual(plain);
      }),
    );
  });
});
