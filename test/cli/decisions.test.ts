/** `--decisions` of simulated runs: what the file says follows from the scores in it, and does not depend on workers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { scenarioDocument } from '../worker/documents.ts';
import { drydock, folderOf } from './drydock.ts';

interface Line {
  readonly run?: string;
  readonly id: string;
  readonly target: readonly string[] | null;
  readonly profiles: readonly {
    readonly weights: Record<string, number>;
    readonly pick: readonly string[];
    readonly candidates: readonly {
      readonly endpoint: string;
      readonly scores: Record<string, number>;
      readonly total: number;
    }[];
  }[];
}

const folder = folderOf({ 'one.json': JSON.stringify(scenarioDocument(80)) });
afterAll(folder.remove);

const textOf = (file: string): string => readFileSync(join(folder.path, file), 'utf8');
const linesOf = (file: string): Line[] =>
  textOf(file)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

describe('drydock run --decisions', () => {
  test('one line per request; the pick has the highest weighted sum of the scores', () => {
    expect(drydock(folder.path, 'run', 'one.json', '--decisions', 'd.jsonl').status).toBe(0);
    const lines = linesOf('d.jsonl');
    expect(lines.map((line) => line.id)).toEqual(Array.from({ length: 80 }, (_, i) => String(i)));
    for (const { target, profiles } of lines) {
      const { candidates, weights, pick } = profiles[0]!;
      expect(target).toEqual(pick);
      const sums = candidates.map(({ scores }) =>
        Object.entries(scores).reduce((sum, [plugin, score]) => sum + weights[plugin]! * score, 0),
      );
      sums.forEach((sum, i) => {
        expect(candidates[i]!.total).toBeCloseTo(sum, 12);
      });
      const picked = candidates.findIndex(({ endpoint }) => endpoint === pick[0]);
      expect(sums[picked]).toBeCloseTo(Math.max(...sums), 12);
    }
  });

  test('several seeds: lines name their run, and workers change no byte', () => {
    for (const jobs of ['1', '2']) {
      const args = ['run', 'one.json', '--seeds', '2', '--jobs', jobs, '--decisions', `d${jobs}.jsonl`];
      expect(drydock(folder.path, ...args).status).toBe(0);
    }
    expect(textOf('d2.jsonl')).toBe(textOf('d1.jsonl'));
    expect(new Set(linesOf('d1.jsonl').map((line) => line.run)).size).toBe(2);
  });
});
