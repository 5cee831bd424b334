/**
 * Search over the numbers of a router configuration by successive halving (K. Jamieson and A. Talwalkar, "Non-stochastic Best
 * Arm Identification and Hyperparameter Optimization", AISTATS 2016): many candidates with one seed, one in eta of them with eta
 * times the seeds, and so on. Candidates are spread over the space as a Latin hypercube; later rounds around the best one so
 * far. All see the same requests, so each is scored by its gain on the start, run by run (common random numbers).
 *
 * A search picks what looked best, and some of that is luck. The verdict is therefore a lab of its own, start against best, on
 * seeds (and workloads, if given) that the search has not seen.
 */
import { assert } from '../../src/core/check.ts';
import type { Rng } from '../../src/core/rng.ts';
import { createStreams } from '../kernel/streams.ts';
import { knobName, knobValue, type RouterConfig, withKnobs } from './knobs.ts';
import { labFigureOf } from './lab-figures.ts';
import { type LabReport, labReport } from './lab-report.ts';
import type { LabRun } from './lab-run.ts';
import { type LabCell, type PolicyFiles, planLab } from './plan.ts';
import type { Lab } from './schema.ts';
import type { Tune } from './tune-schema.ts';

/** Runs that the search asks for: every cell with every seed. */
export interface RunRequest {
  readonly cells: readonly LabCell[];
  readonly seeds: readonly number[];
  readonly stage: string;
}

/** A candidate and how it did in a rung. */
export interface Scored {
  readonly candidate: string;
  readonly settings: Readonly<Record<string, number>>;
  /** Mean gain on the start, as a share of the start's figure; more is better. Null: some run had no figure. */
  readonly gain: number | null;
}

export interface Rung {
  readonly round: number;
  readonly seeds: number;
  /** Best first. */
  readonly candidates: readonly Scored[];
}

export interface TuneReport {
  readonly schemaVersion: 1;
  readonly tune: string;
  readonly goal: string;
  readonly better: 'lower' | 'higher';
  readonly runs: number;
  readonly rungs: readonly Rung[];
  readonly best: Scored & { readonly config: RouterConfig };
  /** Start against best, on what the search has not seen. */
  readonly verdict: LabReport;
  /** Whether best wins in the verdict: a win somewhere that is left once corrected, a loss nowhere, corrected or not. */
  readonly keeps: 'tuned' | 'start';
}

interface Candidate {
  readonly name: string;
  readonly place: readonly number[];
  readonly values: readonly number[];
  readonly config: RouterConfig;
}

const DEFAULTS = { candidates: 27, eta: 3, rounds: 2, seed: 1, seeds: 9, heldOutSeed: 101, heldOutSeeds: 8 };
/** Half-width of a later round's box, as a share of the range; it halves with each round. */
const BOX = 0.2;
const START = 'start';
const TUNED = 'tuned';
/** Beside the goal in the verdict. */
const VERDICT_METRICS = ['ttftMs.p95', 'itlMs.p95', 'e2eMs.p95', 'slo.attainment', 'cache.hitRate'];

/** Runs the search; what it yields is to be run. `start` is the configuration to begin with, with its modules. */
export function* tuneRouter(
  tune: Tune,
  name: string,
  start: Required<Pick<PolicyFiles, 'config'>> & PolicyFiles,
): Generator<RunRequest, TuneReport, readonly (readonly LabRun[])[]> {
  const search = new Search(tune, start);
  const { rounds = DEFAULTS.rounds, candidates = DEFAULTS.candidates, eta = DEFAULTS.eta } = tune;
  let best: Candidate | null = null;
  for (let round = 1; round <= rounds; round++) {
    const count = round === 1 ? candidates : Math.max(2, Math.ceil(candidates / eta));
    best = yield* search.round(round, count, best);
  }
  assert(best !== null, 'a search has a round');
  const verdict = yield* search.verdict(best, name);
  const goal = verdict.cells.filter((one) => one.policy === TUNED && one.metric === tune.goal && !one.greyed);
  const wins = goal.some((one) => one.corrected === 'win') && !goal.some((one) => one.verdict === 'loss');
  const score = search.rungs.at(-1)!.candidates.find(({ candidate }) => candidate === best.name)!;
  return {
    ...{ schemaVersion: 1, tune: name, goal: tune.goal, better: search.better, runs: search.runs },
    ...{ rungs: search.rungs, best: { ...score, config: best.config }, verdict },
    keeps: wins ? 'tuned' : 'start',
  };
}

class Search {
  readonly rungs: Rung[] = [];
  readonly better: 'lower' | 'higher';
  runs = 0;
  readonly #tune: Tune;
  readonly #start: Required<Pick<PolicyFiles, 'config'>> & PolicyFiles;
  /** Goal's figure by candidate, place (workload and load) and seed. */
  readonly #figures = new Map<string, number | null>();

  constructor(tune: Tune, start: Required<Pick<PolicyFiles, 'config'>> & PolicyFiles) {
    this.#tune = tune;
    this.#start = start;
    this.better = labFigureOf(tune.goal)?.better ?? 'higher';
  }

  /** Successive halving among new candidates, the best one so far among them. */
  *round(
    round: number,
    count: number,
    best: Candidate | null,
  ): Generator<RunRequest, Candidate, readonly (readonly LabRun[])[]> {
    const { eta = DEFAULTS.eta, seeds: most = DEFAULTS.seeds } = this.#tune;
    let left = this.#candidates(round, count, best);
    for (let seeds = 1; ; seeds = Math.min(most, seeds * eta)) {
      yield* this.#runRung([this.#startCandidate(), ...left], seeds, `round ${round}, ${left.length} left: `);
      const scored = left
        .map((candidate) => ({ candidate, gain: this.#gain(candidate, seeds) }))
        .sort((a, b) => (b.gain ?? Number.NEGATIVE_INFINITY) - (a.gain ?? Number.NEGATIVE_INFINITY));
      this.rungs.push({
        ...{ round, seeds },
        candidates: scored.map(({ candidate, gain }) => ({ ...this.#named(candidate), gain })),
      });
      if (seeds >= most) return scored[0]!.candidate;
      left = scored.slice(0, Math.max(1, Math.ceil(left.length / eta))).map(({ candidate }) => candidate);
    }
  }

  /** Start against best on seeds and workloads that were held out. */
  *verdict(best: Candidate, name: string): Generator<RunRequest, LabReport, readonly (readonly LabRun[])[]> {
    const { heldOut, goal } = this.#tune;
    const seed = heldOut?.seed ?? DEFAULTS.heldOutSeed;
    const count = heldOut?.seeds ?? DEFAULTS.heldOutSeeds;
    const seeds = Array.from({ length: count }, (_, i) => seed + i);
    const lab: Lab = {
      ...this.#lab([this.#startCandidate(), { ...best, name: TUNED }]),
      ...(heldOut?.workloads === undefined ? {} : { workloads: heldOut.workloads }),
      metrics: [goal, ...VERDICT_METRICS.filter((metric) => metric !== goal)],
    };
    const cells = this.#cells(lab);
    this.runs += cells.length * seeds.length;
    const runs = yield { cells, seeds, stage: 'verdict: ' };
    return labReport(lab, name, cells, runs, { goal });
  }

  #named({ name, values }: Candidate): Omit<Scored, 'gain'> {
    const settings = Object.fromEntries(this.#tune.search.map((knob, i) => [knobName(knob), values[i]!]));
    return { candidate: name, settings };
  }

  #candidates(round: number, count: number, best: Candidate | null): Candidate[] {
    const rng = createStreams(this.#tune.seed ?? DEFAULTS.seed).open(`tune/round/${round}`);
    const cube = latinHypercube(count, this.#tune.search.length, rng);
    if (best === null) return cube.map((place, i) => this.#candidate(`1.${i + 1}`, place));
    const half = BOX / 2 ** (round - 2);
    const around = cube
      .slice(1)
      .map((place) => place.map((x, k) => Math.min(1, Math.max(0, best.place[k]! + (2 * x - 1) * half))));
    return [best, ...around.map((place, i) => this.#candidate(`${round}.${i + 1}`, place))];
  }

  #candidate(name: string, place: readonly number[]): Candidate {
    const values = this.#tune.search.map((knob, k) => knobValue(knob, place[k]!));
    return { name, place, values, config: withKnobs(this.#start.config, this.#tune.search, values) };
  }

  #startCandidate(): Candidate {
    return { name: START, place: [], values: [], config: this.#start.config };
  }

  /** Has those seeds run that have not been. */
  *#runRung(
    candidates: readonly Candidate[],
    seeds: number,
    stage: string,
  ): Generator<RunRequest, void, readonly (readonly LabRun[])[]> {
    const first = this.#tune.seed ?? DEFAULTS.seed;
    const all = this.#cells(this.#lab(candidates)).filter(({ isNull }) => !isNull);
    for (let seed = first; seed < first + seeds; seed++) {
      const cells = all.filter((cell) => !this.#figures.has(keyOf(cell.policy, placeOf(cell), seed)));
      if (cells.length === 0) continue;
      this.runs += cells.length;
      const runs = yield { cells, seeds: [seed], stage };
      for (const [i, cell] of cells.entries())
        this.#figures.set(keyOf(cell.policy, placeOf(cell), seed), runs[i]![0]!.value(this.#tune.goal));
    }
  }

  /** Mean over places and seeds of what the candidate gains on the start, as a share of the start's figure. */
  #gain(candidate: Candidate, seeds: number): number | null {
    const first = this.#tune.seed ?? DEFAULTS.seed;
    const sign = this.better === 'higher' ? 1 : -1;
    const places = this.#cells(this.#lab([this.#startCandidate()]))
      .filter(({ isNull }) => !isNull)
      .map(placeOf);
    let sum = 0;
    let count = 0;
    for (const place of places) {
      for (let seed = first; seed < first + seeds; seed++) {
        const own = this.#figures.get(keyOf(candidate.name, place, seed)) ?? null;
        const base = this.#figures.get(keyOf(START, place, seed)) ?? null;
        if (own === null || base === null) return null;
        const scale = Math.abs(base) || Math.abs(own) || 1;
        sum += (sign * (own - base)) / scale;
        count += 1;
      }
    }
    return sum / count;
  }

  #lab(candidates: readonly Candidate[]): Lab {
    const { workloads, loads, fleet, router, slo, run, prices, clients, faults, calibration } = this.#tune;
    const common = { loads, router, slo, run, prices, clients, faults, calibration };
    const { schedulingPolicy } = this.#tune.start;
    const policies = candidates.map(({ name, config }) => ({
      ...{ name, config },
      ...(schedulingPolicy === undefined ? {} : { schedulingPolicy }),
    }));
    const given = Object.fromEntries(Object.entries(common).filter(([, value]) => value !== undefined));
    return { ...given, policies, workloads, fleet };
  }

  #cells(lab: Lab): LabCell[] {
    return planLab(lab, ({ config }) => ({ ...this.#start, config: config as RouterConfig }));
  }
}

function placeOf({ workload, load }: LabCell): string {
  return JSON.stringify([workload, load]);
}

function keyOf(candidate: string, place: string, seed: number): string {
  return JSON.stringify([candidate, place, seed]);
}

/** Points of the unit cube, one in each of `count` layers of every axis. */
function latinHypercube(count: number, axes: number, rng: Rng): number[][] {
  const points = Array.from({ length: count }, () => new Array<number>(axes).fill(0));
  for (let axis = 0; axis < axes; axis++) {
    const layers = Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = Math.floor(rng.unit() * (i + 1));
      [layers[i], layers[j]] = [layers[j]!, layers[i]!];
    }
    for (const [i, point] of points.entries()) point[axis] = (layers[i]! + rng.unit()) / count;
  }
  return points;
}
