/** The scenarios that ship with the project, and the published schemas. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { documentSchemas } from '../../sim/scenario/json-schema.ts';
import { parseDocument } from '../../sim/scenario/parse.ts';

const folder = new URL('../../scenarios/', import.meta.url);
const COMPARISONS = ['compare-pd.yaml', 'agentic-shared-tier.yaml'];
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

describe('shipped scenarios', () => {
  test('the documented ones are there', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        'azure-code.yaml',
        'compare-pd.yaml',
        'mooncake-conversation.yaml',
        'quickstart.yaml',
      ]),
    );
  });

  test.each(files)('%s says what it shows and is valid', (name) => {
    const text = readFileSync(new URL(name, folder), 'utf8');
    expect(text.startsWith('# ')).toBe(true);
    const { kind } = parseDocument(parse(text), name);
    expect(kind).toBe(COMPARISONS.includes(name) ? 'comparison' : 'scenario');
  });

  test('compare-pd compares fleets of equal GPUs', () => {
    const text = readFileSync(new URL('compare-pd.yaml', folder), 'utf8');
    const parsed = parseDocument(parse(text));
    if (parsed.kind !== 'comparison') throw new Error('not a comparison');
    const gpus = parsed.comparison.fleets.map((fleet) =>
      fleet.pools.reduce((sum, pool) => sum + pool.replicas * (pool.parallel?.tp ?? 1), 0),
    );
    expect(gpus).toEqual([8, 8, 8]);
  });
});

test('published schemas are closed, described JSON with an id', () => {
  for (const schema of Object.values(documentSchemas())) {
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
    expect(schema.$id).toMatch(/^https:/);
    expect(schema.additionalProperties).toBe(false);
    expect(schema.required).toContain('workload');
  }
});
