/** The twelve states whose pictures are kept: every screen, both themes, three widths, and what a page looks like when things go wrong. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { parse } from 'yaml';
import type { Lab } from '../../../sim/lab/schema.ts';
import type { Plan } from '../../../sim/planner/schema.ts';
import type { Comparison } from '../../../sim/scenario/schema.ts';
import type { ScenarioState } from '../../../web/state/document-store.ts';
import { encodeScenario } from '../../../web/state/fragment.ts';

export interface VisualState {
  readonly name: string;
  /** Answers that it is drawn from; states of the same documents share them. */
  readonly answers: string;
  readonly hash: () => Promise<string>;
  readonly theme: 'light' | 'dark';
  readonly width: number;
  /** Resolves once everything that belongs to the picture is there. */
  readonly isThere: (page: Page) => Promise<unknown>;
}

const read = <T>(path: string): T => parse(readFileSync(path, 'utf8')) as T;
const { workloads: _, ...pd } = read<Comparison>('scenarios/compare-pd.yaml');

/** Not what the page starts with: answers of the build have no part in the pictures. */
const comparison: Comparison = { ...pd, seed: 7, run: { requests: 400 } };
const overload: Comparison = {
  ...comparison,
  workload: {
    ...(pd.workload as object),
    arrivals: { process: 'poisson', rateRps: 600 },
  } as Comparison['workload'],
};
const tooLarge: Comparison = {
  ...comparison,
  fleets: comparison.fleets.map((fleet) => ({
    ...fleet,
    pools: fleet.pools.map((pool) => ({ ...pool, model: 'llama-3.1-405b' })),
  })),
};
const inspected: Comparison = { ...comparison, run: { requests: 150 } };
const plan: Plan = {
  ...read<Plan>('scenarios/plans/plan-chat-70b.yaml'),
  name: 'visual',
  search: { ...read<Plan>('scenarios/plans/plan-chat-70b.yaml').search, gpus: ['h100-sxm', 'h200-sxm'] },
};
const infeasible: Plan = { ...plan, slo: { ttftMs: { p95: 1500 }, itlMs: { p95: 10 }, attainment: 0.9 } };
const lab: Lab = {
  ...read<Lab>('scenarios/studies/prefix-or-random.yaml'),
  name: 'visual',
  seeds: 3,
  loads: [1],
  run: { requests: 200 },
};

const link =
  (screen: string, state: Partial<ScenarioState>, kind: 'comparison' | 'plan' | 'lab', view = '') =>
  async (): Promise<string> =>
    `#/${screen}?s=${await encodeScenario(state, kind)}${view}`;
const compared = (document: Comparison) => link('compare', { document, seeds: 3 }, 'comparison');
const text =
  (words: string) =>
  (page: Page): Promise<unknown> =>
    page.getByText(words).first().waitFor({ timeout: 60_000 });
const finished = text('every fleet saw the same requests');
const searched = text('Searched here in');
const recorded = text('recorded here');

export const STATES: readonly VisualState[] = [
  {
    ...{ name: 'plan', answers: 'plan', theme: 'light', width: 1360 },
    ...{ hash: link('plan', { plan }, 'plan'), isThere: searched },
  },
  {
    ...{ name: 'plan-dark-narrow', answers: 'plan', theme: 'dark', width: 390 },
    ...{ hash: link('plan', { plan }, 'plan'), isThere: searched },
  },
  {
    ...{ name: 'plan-infeasible', answers: 'plan-infeasible', theme: 'light', width: 820 },
    ...{ hash: link('plan', { plan: infeasible }, 'plan'), isThere: searched },
  },
  {
    ...{ name: 'compare', answers: 'compare', theme: 'light', width: 1360 },
    ...{ hash: compared(comparison), isThere: finished },
  },
  {
    ...{ name: 'compare-dark', answers: 'compare', theme: 'dark', width: 1360 },
    ...{ hash: compared(comparison), isThere: finished },
  },
  {
    ...{ name: 'compare-narrow', answers: 'compare', theme: 'light', width: 390 },
    ...{ hash: compared(comparison), isThere: finished },
  },
  {
    ...{ name: 'compare-overload', answers: 'compare-overload', theme: 'dark', width: 820 },
    ...{ hash: compared(overload), isThere: finished },
  },
  {
    ...{ name: 'compare-invalid', answers: 'compare-invalid', theme: 'light', width: 820 },
    ...{ hash: compared(tooLarge), isThere: text('cannot be run as it stands') },
  },
  {
    ...{ name: 'inspect', answers: 'inspect', theme: 'light', width: 1360 },
    ...{ hash: link('inspect', { document: inspected, seeds: 3 }, 'comparison', '&f=B'), isThere: recorded },
  },
  {
    ...{ name: 'inspect-dark-narrow', answers: 'inspect', theme: 'dark', width: 390 },
    ...{ hash: link('inspect', { document: inspected, seeds: 3 }, 'comparison', '&f=B'), isThere: recorded },
  },
  {
    ...{ name: 'lab', answers: 'lab', theme: 'dark', width: 1360 },
    ...{ hash: link('lab', { lab }, 'lab'), isThere: text('every policy saw the same requests') },
  },
  {
    ...{ name: 'library-empty', answers: 'library', theme: 'light', width: 820 },
    ...{ hash: async () => '#/library', isThere: text('Nothing yet') },
  },
];
