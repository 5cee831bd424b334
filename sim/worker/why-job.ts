/**
 * Answers why: simulates the fleets as they are, every change, every input at both ends, and searches for flip points, with
 * the same seeds throughout. Whoever makes runs may make them anywhere; the answer depends on the document only.
 */

import { describeProblem } from '../../src/core/check.ts';
import type { SchedulingPolicyDefinition } from '../../src/plugin-api/engine-policy.ts';
import { buildFleet } from '../cluster/fleet.ts';
import type { Report } from '../metrics/report.ts';
import type { RunResult } from '../metrics/run-result.ts';
import { ENGINE_DIGEST } from '../run/engine-digest.ts';
import type { Cell } from '../run/plan-cells.ts';
import { Cancelled, type MakeRuns, throwIfFailed } from '../run/run-spec.ts';
import type { Scenario } from '../scenario/schema.ts';
import { type Change, changesOf } from '../why/changes.ts';
import { FURTHEST_FACTOR } from '../why/flip.ts';
import { INPUTS, type Input } from '../why/inputs.ts';
import {
  bindingMetric,
  type ChangeReport,
  type FleetWhy,
  mean,
  type PairedDifference,
  pairedDifference,
  type TornadoBar,
  valueAt,
  type WhyReport,
} from '../why/report.ts';
import { type StepInput, stepInputsOf } from '../why/steps.ts';
import { type FlipJob, FlipStudy } from './why-flips.ts';
import { type Answer, decisionOf, type Runs, runsOf } from './why-runs.ts';

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
  const study = new FlipStudy(job, { cells, bases, decision, about, metric });
  const [changes, tornado, flips, steps] = await Promise.all([
    lone === null ? [] : job.changes(lone.scenario, bases[0]!, metric),
    job.tornado(cells[about]!, bases[about]!, metric),
    study.flips(),
    study.steps(),
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
    steps,
    notes: [
      'differences are paired by seed, with 95 % Student-t intervals over seeds',
      `flip points were looked for between 1/${FURTHEST_FACTOR} and ${FURTHEST_FACTOR} times each input, and up to four steps of each setting; the decision goes by point values`,
      'simulated estimates: validate before production',
    ],
  };
}

class WhyJob implements FlipJob {
  readonly #settings: WhySettings;
  readonly #atSteps = new Map<string, Promise<Answer>>();

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
    const changes = changesOf(scenario, this.#budgetsOf(scenario));
    return Promise.all(changes.map((change) => this.#change(change, base, metric)));
  }

  /** Settings of a fleet that go in steps. */
  stepInputs(scenario: Scenario): StepInput[] {
    return stepInputsOf(scenario, this.#budgetsOf(scenario));
  }

  #budgetsOf(scenario: Scenario): (pool: number) => number {
    const { readLines, enginePolicies } = this.#settings;
    const fleet = buildFleet(scenario.fleet, scenario.calibration, 'fleet', readLines, enginePolicies);
    return (pool) => fleet.pools[pool]!.engine.maxBatchedTokens;
  }

  async #change(change: Change, base: Runs, metric: string): Promise<ChangeReport> {
    const { name, kind } = change;
    const answer = await this.answer(change.scenario, name);
    if (typeof answer === 'string') return { name, kind, status: 'invalid', reason: answer, figures: {} };
    const paths = pathsOf(base.pooled, metric);
    const figures = paths.map((path) => [path, pairedDifference(path, base.bySeed, answer.bySeed)] as const);
    return { name, kind, status: 'done', reason: '', figures: Object.fromEntries(figures) };
  }

  async tornado({ scenario, fleet }: Cell, base: Runs, metric: string): Promise<TornadoBar[]> {
    const bars = await Promise.all([
      ...INPUTS.map((input) => this.#bar(input, scenario, base, metric)),
      ...this.stepInputs(scenario).map((input) => this.#stepBar(input, fleet, base, metric)),
    ]);
    const swing = (bar: TornadoBar): number => bar.swing ?? 0;
    return bars.flatMap((bar) => (bar === null ? [] : [bar])).sort((a, b) => swing(b) - swing(a));
  }

  async #stepBar(input: StepInput, fleet: string, base: Runs, metric: string): Promise<TornadoBar | null> {
    const end = async (value: number | undefined): Promise<PairedDifference> => {
      const answer = value === undefined ? '' : await this.atStep(input, fleet, value);
      return typeof answer === 'string'
        ? NO_DIFFERENCE
        : pairedDifference(metric, base.bySeed, answer.bySeed);
    };
    const [low, high] = await Promise.all([end(input.down[0]), end(input.up[0])]);
    if (low.value === null && high.value === null) return null;
    const { id, label, now } = input;
    const values = [low, high].map(({ value, difference }) => (value === null ? 0 : difference!));
    const steps = {
      low: low.value === null ? null : input.down[0]!,
      now,
      high: high.value === null ? null : input.up[0]!,
    };
    const swing = Math.max(...values, 0) - Math.min(...values, 0);
    return { input: id, label, error: null, steps, low, high, swing };
  }

  /** A fleet's runs with another value of a setting; made once. */
  atStep(input: StepInput, fleet: string, value: number): Promise<Answer> {
    const label = `${fleet}: ${input.label} ${value}`;
    const known = this.#atSteps.get(label) ?? this.answer(input.at(value), label);
    this.#atSteps.set(label, known);
    return known;
  }

  async #bar(input: Input, scenario: Scenario, base: Runs, metric: string): Promise<TornadoBar | null> {
    const ends: PairedDifference[] = [];
    for (const factor of [1 - input.error, 1 + input.error]) {
      const scaled = input.scaled(scenario, factor);
      if (scaled === null) return null;
      const answer = await this.answer(scaled, `${input.label} x${factor}`);
      if (typeof answer === 'string') return null;
      ends.push(pairedDifference(metric, base.bySeed, answer.bySeed));
    }
    const [low, high] = [ends[0]!, ends[1]!];
    const { id, label, error } = input;
    const swing = low.value === null || high.value === null ? null : Math.abs(high.value - low.value);
    return { input: id, label, error, low, high, swing };
  }

  /** A scenario's runs; words where it is not valid. */
  async answer(scenario: Scenario, label: string): Promise<Answer> {
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

const NO_DIFFERENCE: PairedDifference = { value: null, difference: null, interval: null };

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
