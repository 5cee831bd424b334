/**
 * The planner against brute force: full runs of every fleet of a space that can be built, seeds added until each is decided,
 * and the winner by the planner's own order. The stages must have dropped nothing that would have won.
 */
import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { parse } from 'yaml';
import { settle } from '../sim/planner/confirm.ts';
import type { Setting } from '../sim/planner/evaluate.ts';
import { Fitter } from '../sim/planner/fit.ts';
import { parsePlan } from '../sim/planner/parse.ts';
import { DEFAULT_MAX_SEEDS, planFleets } from '../sim/planner/planner.ts';
import { type FleetChoice, fleetChoices } from '../sim/planner/space.ts';
import { seedsFrom } from '../sim/run/plan-cells.ts';
import { priceLookup } from '../sim/run/prices.ts';
import type { MakeRuns } from '../sim/run/run-spec.ts';
import { localWorker, RunPool } from '../sim/worker/run-pool.ts';
import { boundedRun } from '../sim/workload/bounds.ts';
import type { Print } from './print.ts';

/** Plans the space of a plan file both ways; failed workers and growth are left out of both. */
export async function planBench(print: Print, file: string): Promise<void> {
  const plan = parsePlan(parse(readFileSync(file, 'utf8')));
  const priceOf = priceLookup(plan.prices);
  const startMs = performance.now();
  const nowMs = (): number => performance.now();
  const pool = new RunPool({ size: 1, start: localWorker({ nowMs, pause: () => setImmediate() }) });
  const makeRuns: MakeRuns = (specs) => pool.runAll(specs);
  const report = await planFleets(plan, file, { nowMs, makeRuns, workers: 1, pause: () => setImmediate() });
  const planMs = performance.now() - startMs;
  const run = boundedRun(plan.workload, plan.run ?? {});
  const setting: Setting = { plan, slo: plan.slo, run, priceOf, readLines: undefined, makeRuns };
  const seeds = seedsFrom(plan.seed, plan.maxSeeds ?? DEFAULT_MAX_SEEDS);
  const fitter = new Fitter(plan);
  const choices = fleetChoices(plan, priceOf).filter((choice) => fitter.judge(choice).fleet !== null);
  const meeting: { readonly choice: FleetChoice; readonly use: number }[] = [];
  for (const choice of choices) {
    const { verdict, trials } = await settle(setting, choice, seeds, 1);
    if (verdict !== 'meets') continue;
    meeting.push({ choice, use: trials.reduce((sum, trial) => sum + trial.worst, 0) / trials.length });
  }
  meeting.sort((a, b) => a.choice.costPerHour! - b.choice.costPerHour! || a.use - b.use);
  const dearest = report.candidates.at(-1)?.costPerHour ?? 0;
  const among = meeting
    .filter(({ choice }) => choice.costPerHour! <= dearest)
    .map(({ choice }) => choice.name);
  const planned = report.candidates.map((one) => one.fleet);
  print({
    name: 'planner against brute force',
    value: planned[0] === meeting[0]?.choice.name ? 1 : 0,
    unit: 'same winner',
    fleets: choices.length,
    meeting: meeting.length,
    winner: meeting[0]?.choice.name ?? 'none',
    planned: planned[0] ?? 'none',
    missedAtPlannedCost: among.filter((name) => !planned.includes(name)).length,
    planS: planMs / 1e3,
    bruteForceS: (performance.now() - startMs - planMs) / 1e3,
  });
}
