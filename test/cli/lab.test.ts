/** `drydock lab`: worker threads change no byte, and the bundle reproduces every cell. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { scenarioDocument } from '../worker/documents.ts';
import { drydock, folderOf } from './drydock.ts';

const OWN = `
export const plugin = {
  type: 'fewest-waiting',
  kinds: ['scorer'],
  create: () => ({
    scorer: {
      score({ rows, count, table }, out) {
        for (let i = 0; i < count; i++) out[i] = 1 / (1 + table.waiting[rows[i]]);
      },
    },
  }),
};
`;
const config = {
  apiVersion: 'llm-d.ai/v1alpha1',
  kind: 'EndpointPickerConfig',
  plugins: [{ type: 'fewest-waiting' }, { type: 'max-score-picker' }],
  schedulingProfiles: [
    { name: 'default', plugins: [{ pluginRef: 'fewest-waiting' }, { pluginRef: 'max-score-picker' }] },
  ],
};
const { workload, fleet, calibration } = scenarioDocument(40) as Record<string, object>;
const lab = {
  seeds: 3,
  policies: [
    { name: 'two choices', baseline: 'power-of-two' },
    { name: 'own', plugin: './own.mjs', config },
    { name: 'shortest', schedulingPolicy: { type: 'sjf-predicted' } },
  ],
  workloads: { chat: workload },
  loads: [1, 2],
  ...{ fleet, calibration, run: { requests: 40 } },
  counterfactuals: { decisions: 2, alternatives: 1 },
};

const folder = folderOf({ 'lab.json': JSON.stringify(lab), 'own.mjs': OWN });
afterAll(folder.remove);
const textOf = (file: string): string => readFileSync(join(folder.path, file), 'utf8');

interface Replay {
  readonly isNull: boolean;
  readonly command: string;
  readonly seeds: readonly number[];
  readonly fingerprints: readonly string[];
}

test('any number of worker threads gives the same bytes', () => {
  const [one, two] = ['1', '3'].map((jobs) =>
    drydock(folder.path, 'lab', 'lab.json', '--format', 'json', '--jobs', jobs, '--quiet'),
  );
  expect(one!.stderr).toBe('');
  expect(two!.stdout).toBe(one!.stdout);
  const report = JSON.parse(one!.stdout) as { cells: unknown[]; null: unknown[]; counterfactuals: unknown[] };
  expect(report.cells.length).toBeGreaterThan(0);
  expect(report.null.length).toBeGreaterThan(0);
  expect(report.counterfactuals).toHaveLength(6);
});

test('the bundle reproduces every cell, and the report', () => {
  expect(drydock(folder.path, 'lab', 'lab.json', '--out', 'out', '--quiet').status).toBe(0);
  const home = join(folder.path, 'out');
  const replays = JSON.parse(textOf('out/replay.json')) as Replay[];
  expect(replays).toHaveLength(8);
  for (const { isNull, command, seeds, fingerprints } of replays) {
    expect(fingerprints).toHaveLength(3);
    if (isNull) continue;
    const words = command.replace(/--seed \d+ --seeds 3/, `--seed ${seeds[1]} --seeds 1`).split(' ');
    const { stdout, stderr } = drydock(home, ...words.slice(1), '--format', 'json', '--quiet');
    expect(stderr).toBe('');
    expect((JSON.parse(stdout) as { fingerprint: string }).fingerprint).toBe(fingerprints[1]);
  }
  const again = drydock(home, 'lab', 'lab.yaml', '--format', 'json', '--quiet');
  expect({ ...JSON.parse(again.stdout), lab: '' }).toEqual({
    ...JSON.parse(textOf('out/report.json')),
    lab: '',
  });
  expect(textOf('out/report.html')).toContain('Counterfactuals');
});

test('mistakes in the configuration of a policy are named by its place, whoever runs it', () => {
  const wrong = { ...lab, policies: [{ name: 'a', config: { ...config, plugins: [{ type: 'no-such' }] } }] };
  const { path, remove } = folderOf({ 'lab.json': JSON.stringify(wrong) });
  try {
    const answer = drydock(path, 'lab', 'lab.json', '--jobs', '2');
    expect(answer.status).toBe(2);
    expect(answer.stderr).toContain('policies[0].config.plugins[0].type');
  } finally {
    remove();
  }
});
