/** Verdicts of a lab are corrected for all its comparisons by Holm's step-down, and every format says so alike. */
import { expect, test } from 'vitest';
import { labCsv, labHtml } from '../../sim/cli/lab/lab-output.ts';
import { blocksText } from '../../sim/cli/output.ts';
import { labBlocks } from '../../sim/export/report/lab-tables.ts';
import { type LabFigure, type LabReport, labReport } from '../../sim/lab/lab-report.ts';
import { parseLab } from '../../sim/lab/parse.ts';
import { planLab } from '../../sim/lab/plan.ts';

/**
 * Three seeds, so two degrees of freedom, where p of t is 1 - t / sqrt(2 + t^2). Policies are slower than the baseline by
 * m - 1, m and m + 1 ms: t = m sqrt(3), p = 1 - sqrt(3 m^2 / (2 + 3 m^2)). All three intervals exclude zero.
 */
const SLOWER = { far: 10, near: 4, close: 3, same: 0 };
const P = { far: 0.003317, near: 0.020204, close: 0.035099, same: 1 };

const lab = parseLab({
  seeds: 3,
  policies: ['base', ...Object.keys(SLOWER)].map((name) => ({ name, baseline: 'random' })),
  workloads: { chat: { kind: 'preset', name: 'chat' } },
  metrics: ['ttftMs.p95'],
  fleet: {
    pools: [
      {
        ...{ name: 'all', role: 'both', replicas: 1, gpu: 'h100-sxm', model: 'llama-3.1-8b' },
        engine: { name: 'vllm' },
      },
    ],
  },
});

function report(
  slower: Readonly<Record<string, number>>,
  goal?: string,
  metrics = ['ttftMs.p95'],
): LabReport {
  const cells = planLab(lab, () => ({})).filter(({ policy }) => policy === 'base' || policy in slower);
  const runs = cells.map(({ policy }) =>
    [-1, 0, 1].map((spread, i) => ({
      ...{ seed: i + 1, fingerprint: policy, classes: [], hasTenants: false },
      value: (metric: string) =>
        metric === 'itlMs.p95' || policy === 'base' || slower[policy] === 0
          ? 100
          : 100 + slower[policy]! + spread,
    })),
  );
  return labReport({ ...lab, metrics }, 'hand', cells, runs, goal === undefined ? {} : { goal });
}

const of = ({ cells }: LabReport, policy: string): LabFigure =>
  cells.find((one) => one.policy === policy && one.metric === 'ttftMs.p95')!;
const verdicts = (one: LabReport) => Object.keys(SLOWER).map((policy) => of(one, policy)?.corrected);

test('of four comparisons the least p is multiplied by 4, the next by 3, and the verdict is what is left', () => {
  const four = report(SLOWER);
  for (const [policy, p] of Object.entries(P)) expect(of(four, policy).p).toBeCloseTo(p, 5);
  expect(of(four, 'far').pHolm).toBeCloseTo(4 * P.far, 5);
  expect(of(four, 'near').pHolm).toBeCloseTo(3 * P.near, 5);
  expect(of(four, 'close').pHolm).toBeCloseTo(2 * P.close, 5);
  expect(of(four, 'same').pHolm).toBe(1);
  expect(verdicts(four)).toEqual(['loss', 'tie', 'tie', 'tie']);
  expect(Object.keys(SLOWER).map((policy) => of(four, policy).verdict)).toEqual([
    'loss',
    'loss',
    'loss',
    'tie',
  ]);
  expect(of(four, 'base')).toMatchObject({ verdict: 'baseline', corrected: 'baseline', pHolm: null });
});

test('of three, the largest p is that of the one before it, and all three stand', () => {
  const { same: _, ...three } = SLOWER;
  expect(of(report(three), 'near').pHolm).toBeCloseTo(2 * P.near, 5);
  expect(of(report(three), 'close').pHolm).toBeCloseTo(2 * P.near, 5);
  expect(verdicts(report(three)).slice(0, 3)).toEqual(['loss', 'loss', 'loss']);
});

test('a goal that was named beforehand is corrected among its own comparisons', () => {
  const two = { far: 10, near: 4 };
  const metrics = ['ttftMs.p95', 'itlMs.p95'];
  // Four comparisons, two of them with p 1.
  expect(of(report(two, undefined, metrics), 'near').pHolm).toBeCloseTo(3 * P.near, 5);
  expect(of(report(two, 'ttftMs.p95', metrics), 'near').pHolm).toBeCloseTo(P.near, 5);
  expect(report(two, 'ttftMs.p95', metrics).notes.at(-1)).toMatch(/^ttftMs\.p95 decides/);
});

test('the A/A row keeps what its intervals say: it is there to be suspected', () => {
  for (const one of report(SLOWER).null) expect(one).toMatchObject({ verdict: 'tie', pHolm: null });
});

test('table, CSV and page say the corrected verdict and what was taken back', () => {
  const four = report(SLOWER);
  const text = blocksText(labBlocks(four), 'table');
  expect(text).toMatch(/far .* loss {2,}0\/0\/3 +0\.013\n/);
  expect(text).toMatch(/near .* tie \(loss until corrected\) +0\/0\/3 +0\.061\n/);
  expect(text).toContain('near against base: 0 wins, 1 ties, 0 losses');
  expect(text.replace(/\s+/g, ' ')).toContain(
    'corrected by Holm for 4 comparisons, is below 0.05: 2 whose intervals exclude zero are ties',
  );
  const [header, ...lines] = labCsv(four)
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  const near = lines.find(([, policy]) => policy === 'near')!;
  expect(near[header!.indexOf('corrected')]).toBe('tie');
  expect(near[header!.indexOf('verdict')]).toBe('loss');
  expect(Number(near[header!.indexOf('p_holm')])).toBeCloseTo(3 * P.near, 5);
  expect(labHtml(four)).toContain('<td>tie (loss until corrected)</td>');
});
