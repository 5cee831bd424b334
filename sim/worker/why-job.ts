/**
 * Answers why: simulates the fleets as they are, every change, every input at both ends, and searches for flip points, with
 * the same seeds throughout. Whoever makes runs may make them anywhere; the answer depends on the document only.
 */

import { describeProblem } from '../../src/core/check.ts';
import type { SchedulingPolicyDefinition } from '../../src/plugin-api/engine-policy.ts';
import { buildFleet } from '../cluster/fleet.ts';
import { buildReport } from '../metrics/build-report.ts';
import type { Report } from '../metrics/report.ts';
import type { RunResult } from '../metrics/run-result.ts';
import { ENGINE_DIGEST } from '../run/engine-digest.ts';
import type { Cell } from '../run/plan-cells.ts';
import { pricing } from '../run/prices.ts';
import { Cancelled, type MakeRuns, throwIfFailed } from '../run/run-spec.ts';
import type { Scenario } from '../scenario/schema.ts';
import { type Change, changesOf } from '../why/changes.ts';
import { FURTHEST_FACTOR, findFlips } from '../why/flip.ts';
import { INPUTS, type Input } from '../why/inputs.ts';
import {
  bindingMetric,
  type ChangeReport,
  type FleetWhy,
  type FlipReport,
  mean,
  meetsByValue,
  type PairedDifference,
  pairedDifference,
  type TornadoBar,
  valueAt,
  type WhyReport,
} from '../why/report.ts';

/** How to answer. */
export interface WhySettings {
  readonly name: string;
  readonly seeds: readonly number[];
  /** Figure to explain; default: the one closest to its limit. */
  readonly metric?: string;
  readonly makeRuns: MakeRuns;
  readonly base?: string;
  readonly readLines?: (path: string) => Iterable<string>;
  /** Scheduling policies that engines of pools may name. */
  readonly enginePolicies?: readonly SchedulingPolicyDefinition[];
}

/** Runs of one scenario. */
interface Runs {
  readonly pooled: Report;
  readonly bySeed: readonly Report[];
}

/** A scenario's runs, or why it cannot be run. */
type Answer = Runs | string;

/** Answers for the cells of a scenario (one) or of a comparison under one workload (its fleets). */
export async function whyOf(cells: readonly Cell[], settings: WhySettings): Promise<WhyReport> {
  const job = new WhyJob(settings);
  const bases = await Promise.all(cells.map(({ scenario, fleet }) => job.base(scenario, fleet)));
  const metric = settings.metric ?? bindingMetric(bases[0]!.pooled);
  const lone = cells.length === 1 ? cells[0]! : null;
  const decision = decisionOf(cells, bases);
  // Of several fleets the one that is taken, or the first one, is held against errors of its inputs.
  const taken = decision.split(' or ')[0];
  const about = Math.max(
    0,
    cells.findIndex(({ fleet }) => fleet === taken),
  );
  const [changes, tornado, flips] = await Promise.all([
    lone === null ? [] : job.changes(lone.scenario, bases[0]!, metric),
    job.tornado(cells[about]!.scenario, bases[about]!, metric),
    job.flips(cells, decision),
  ]);
  return {
    schemaVersion: 1,
    scenario: settings.name,
    engineDigest: ENGINE_DIGEST,
    seeds: settings.seeds,
    metric,
    fleets: cells.map((cell, i) => fleetWhy(cell, bases[i]!, metric)),
    decision,
    changes,
    tornado,
    tornadoOf: cells[about]!.fleet,
    flips,
    notes: [
      'differences are paired by seed, with 95 % Student-t intervals over seeds',
      `flip points were looked for between 1/${FURTHEST_FACTOR} and ${FURTHEST_FACTOR} times each input; the decision goes by point values`,
      'simulated estimates: validate before production',
    ],
  };
}

class WhyJob {
  readonly #settings: WhySettings;

  constructor(settings: WhySettings) {
    this.#settings = settings;
  }

  /** A fleet as it is; throws ConfigError where it cannot be run. */
  async base(scenario: Scenario, label: string): Promise<Runs> {
    const { seeds } = this.#settings;
    const outcomes = await this.#make(scenario, label);
    const results = outcomes.flatMap((outcome) => {
      throwIfFailed(outcome);
      return outcome.status === 'done' ? [outcome.result] : [];
    });
    if (results.length < seeds.length) throw new Cancelled();
    return runsOf(scenario, results);
  }

  async changes(scenario: Scenario, base: Runs, metric: string): Promise<ChangeReport[]> {
    const { readLines, enginePolicies } = this.#settings;
    const fleet = buildFleet(scenario.fleet, scenario.calibration, 'fleet', readLines, enginePolicies);
    const changes = changesOf(scenario, (pool) => fleet.pools[pool]!.engine.maxBatchedTokens);
    return Promise.all(changes.map((change) => this.#change(change, base, metric)));
  }

  async #change(change: Change, base: Runs, metric: string): Promise<ChangeReport> {
    const { name, kind } = change;
    const answer = await this.#answer(change.scenario, name);
    if (typeof answer === 'string') return { name, kind, status: 'invalid', reason: answer, figures: {} };
    const paths = pathsOf(base.pooled, metric);
    const figures = paths.map((path) => [path, pairedDifference(path, base.bySeed, answer.bySeed)] as const);
    return { name, kind, status: 'done', reason: '', figures: Object.fromEntries(figures) };
  }

  async tornado(scenario: Scenario, base: Runs, metric: string): Promise<TornadoBar[]> {
    const bars = await Promise.all(INPUTS.map((input) => this.#bar(input, scenario, base, metric)));
    const swing = (bar: TornadoBar): number => bar.swing ?? 0;
    return bars.flatMap((bar) => (bar === null ? [] : [bar])).sort((a, b) => swing(b) - swing(a));
  }

  async #bar(input: Input, scenario: Scenario, base: Runs, metric: string): Promise<TornadoBar | null> {
    const ends: PairedDifference[] = [];
    for (const factor of [1 - input.error, 1 + input.error]) {
      const scaled = input.scaled(scenario, factor);
      if (scaled === null) return null;
      const answer = await this.#answer(scaled, `${input.label} x${factor}`);
      if (typeof answer === 'string') return null;
      ends.push(pairedDifference(metric, base.bySeed, answer.bySeed));
    }
    const [low, high] = [ends[0]!, ends[1]!];
    const { id, label, error } = input;
    const swing = low.value === null || high.value === null ? null : Math.abs(high.value - low.value);
    return { input: id, label, error, low, high, swing };
  }

  async flips(cells: readonly Cell[], decision: string): Promise<FlipReport[]> {
    if (cells[0]!.scenario.slo === undefined) return [];
    const found = await Promise.all(INPUTS.map((input) => this.#flip(input, cells, decision)));
    return found.flatMap((one) => (one === null ? [] : [one]));
  }

  async #flip(input: Input, cells: readonly Cell[], decision: string): Promise<FlipReport | null> {
    if (cells.every(({ scenario }) => input.scaled(scenario, 1) === null)) return null;
    const search = findFlips(decision);
    let step = search.next();
    while (step.done !== true) {
      const factor = step.value;
      const answers = await Promise.all(
        cells.map(({ scenario }) =>
          this.#answer(input.scaled(scenario, factor) ?? scenario, `${input.label} x${factor.toFixed(2)}`),
        ),
      );
      const runs = answers.flatMap((answer) => (typeof answer === 'string' ? [] : [answer]));
      step = search.next(runs.length < cells.length ? null : decisionOf(cells, runs));
    }
    return { input: input.id, label: input.label, ...step.value };
  }

  /** A scenario's runs; words where it is not valid. */
  async #answer(scenario: Scenario, label: string): Promise<Answer> {
    const results: RunResult[] = [];
    for (const outcome of await this.#make(scenario, label)) {
      if (outcome.status === 'invalid') return outcome.problems.map(describeProblem).join('; ');
      if (outcome.status === 'cancelled') throw new Cancelled();
      throwIfFailed(outcome);
      if (outcome.status === 'done') results.push(outcome.result);
    }
    return runsOf(scenario, results);
  }

  #make(scenario: Scenario, label: string): ReturnType<MakeRuns> {
    const { seeds, makeRuns, base } = this.#settings;
    const specs = seeds.map((seed) => ({ scenario, seed, ...(base === undefined ? {} : { base }) }));
    return makeRuns(specs, label);
  }
}

/** The decision by point values: whether a lone fleet meets the SLO, or the cheapest of several that does. */
function decisionOf(cells: readonly Cell[], runs: readonly Runs[]): string {
  if (cells.length === 1) return meetsByValue(runs[0]!.pooled) ? 'meets' : 'fails';
  const meeting = cells
    .map((cell, i) => ({ name: cell.fleet, report: runs[i]!.pooled }))
    .filter(({ report }) => meetsByValue(report));
  if (meeting.length === 0) return 'none meets';
  const isPriced = meeting.every(({ report }) => report.cost.perHour !== null);
  const cost = ({ cost: { perHour }, pools }: Report): number =>
    isPriced ? perHour! : pools.reduce((sum, pool) => sum + pool.gpus, 0);
  const least = Math.min(...meeting.map(({ report }) => cost(report)));
  return meeting
    .filter(({ report }) => cost(report) === least)
    .map(({ name }) => name)
    .join(' or ');
}

function pathsOf(report: Report, metric: string): string[] {
  const checked = report.slo.checks.map((check) => check.metric);
  return [...new Set([metric, ...checked, 'throughput.outputTokensPerS', 'cost.perHour'])];
}

function fleetWhy({ fleet }: Cell, { pooled, bySeed }: Runs, metric: string): FleetWhy {
  const figures = pathsOf(pooled, metric).map((path) => {
    const values = bySeed.flatMap((report) => valueAt(report, path) ?? []);
    return [path, values.length < bySeed.length ? null : mean(values)] as const;
  });
  return {
    fleet,
    attribution: pooled.attribution,
    figures: Object.fromEntries(figures),
    verdict: pooled.slo.verdict,
  };
}

function runsOf(scenario: Scenario, results: readonly RunResult[]): Runs {
  const context = {
    scenario: scenario.name ?? '',
    slo: scenario.slo,
    ...pricing(scenario.prices),
    engineDigest: ENGINE_DIGEST,
    wallMs: 0,
  };
  return {
    pooled: buildReport(results, context),
    bySeed: results.map((result) => buildReport([result], context)),
  };
}
