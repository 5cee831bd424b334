/**
 * What would have been had a decision been another one. A cell is run once, with the first seed; decisions are sampled evenly;
 * for each of them the run is made again from the start, alike up to the decision, where the request is pinned to an
 * alternative, and goes on until the request has ended. Later decisions are the policy's own.
 *
 *   regret    what the request took, less what it took at the best of pick and alternatives: with hindsight, so with true output
 *             lengths and fresh state. Of this request alone: what its choice did to others is not in it.
 *   oracle    the whole cell under a greedy router that knows true lengths and every replica's work (run.idealised:
 *             idealRouting). What it gains on the policy is head-room that a router could find. It is greedy: policies may beat it.
 *   floor     every request alone on an idle fleet, with all of its prompt cached that any earlier request held. No router can
 *             do better, so head-room is at most what a policy is above the floor.
 */
import { assert } from '../../src/core/check.ts';
import type { DecisionRecord, ProfileRecord } from '../../src/routing/decision.ts';
import type { EndpointTable } from '../../src/routing/endpoint.ts';
import type { Pin } from '../../src/routing/scheduler.ts';
import type { Simulation, SimulationOptions } from '../cluster/simulate.ts';
import { RequestTimes } from '../metrics/request-stats.ts';
import type { SimRequest } from '../workload/request.ts';
import { atLoad } from './loads.ts';
import type { LabCell } from './plan.ts';

/** How many decisions are looked at in a cell, and alternatives of each. */
export interface CounterfactualSpec {
  readonly decisions: number;
  readonly alternatives: number;
}

/** What a request took where it was sent; null where it did not get that far. */
export interface Course {
  readonly endpoint: string;
  readonly ttftMs: number | null;
  readonly e2eMs: number | null;
}

/** One decision and what else might have been. */
export interface CounterfactualDecision {
  readonly request: number;
  readonly atMs: number;
  readonly profile: string;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly picked: Course;
  /** In the policy's own order of preference. */
  readonly alternatives: readonly Course[];
  /** At least 0; null where nothing can be compared. */
  readonly ttftRegretMs: number | null;
  readonly e2eRegretMs: number | null;
}

/** Mean and 95th percentile of completed requests, ms. */
export interface Level {
  readonly ttftMeanMs: number | null;
  readonly ttftP95Ms: number | null;
  readonly e2eMeanMs: number | null;
  readonly e2eP95Ms: number | null;
}

/** The decisions of one cell. */
export interface CellCounterfactuals {
  readonly policy: string;
  readonly workload: string;
  readonly load: string;
  readonly seed: number;
  readonly decisions: readonly CounterfactualDecision[];
  /** Over the decisions, ms. */
  readonly meanTtftRegretMs: number | null;
  readonly meanE2eRegretMs: number | null;
  /** Decisions at which no alternative had a lower TTFT. */
  readonly bestPicked: number;
  readonly own: Level;
  readonly oracle: Level;
  /** Null where requests cannot be had apart: bursts, stages, runs that end by time. */
  readonly floor: Level | null;
}

/** Opens a run of a cell. */
export type OpenCell = (cell: LabCell, seed: number, options: Partial<SimulationOptions>) => Simulation;

interface Choice {
  readonly request: number;
  readonly atUs: number;
  readonly profile: string;
  readonly picked: string;
  readonly others: readonly string[];
}

/** Label that tells which pool's endpoints can stand in for each other. */
const ROLE_LABEL = 'llm-d.ai/role';
/** Events between two yields. */
const EVENTS = 4096;

/** Yields between bursts of work the share that is done, 0..1. */
export function* cellCounterfactuals(
  cell: LabCell,
  seed: number,
  spec: CounterfactualSpec,
  open: OpenCell,
): Generator<number, CellCounterfactuals> {
  const choices = new Map<number, Choice | null>();
  const ended: SimRequest[] = [];
  const whole = open(cell, seed, {
    onDecision: (decision, table) => {
      const { id } = decision.request;
      // A request that was decided on twice (sent again after a failure) has no single decision.
      choices.set(id, choices.has(id) ? null : choiceOf(decision, table, spec.alternatives));
    },
    onRecord: (request) => void ended.push(request),
  });
  while (!whole.advance(EVENTS)) yield 0;
  const sampled = sample([...choices.values()], ended, cell, spec.decisions);
  const runs = 2 + sampled.reduce((sum, { others }) => sum + others.length, 0);
  let done = 1;
  const decisions: CounterfactualDecision[] = [];
  for (const choice of sampled) {
    const actual = ended.find((one) => one.request.id === choice.request)!;
    const replays = replayed(cell, seed, open, choice, actual);
    let step = replays.next();
    for (; step.done !== true; step = replays.next()) yield (done + step.value) / runs;
    done += choice.others.length;
    decisions.push(step.value);
  }
  const free: SimRequest[] = [];
  const { scenario } = cell;
  const idealised = [...new Set([...(scenario.run?.idealised ?? []), 'idealRouting' as const])];
  const ideal = { ...cell, scenario: { ...scenario, run: { ...scenario.run, idealised } } };
  const bound = open(ideal, seed, { onRecord: (request) => void free.push(request) });
  while (!bound.advance(EVENTS)) yield done / runs;
  const apart = requestsApart(cell);
  const alone: SimRequest[] = [];
  if (apart !== null) {
    const run = open(apart, seed, { onRecord: (request) => void alone.push(request) });
    while (!run.advance(EVENTS)) yield done / runs;
  }
  return {
    ...{ policy: cell.policy, workload: cell.workload, load: cell.load, seed, decisions },
    meanTtftRegretMs: meanOf(decisions.map((one) => one.ttftRegretMs)),
    meanE2eRegretMs: meanOf(decisions.map((one) => one.e2eRegretMs)),
    bestPicked: decisions.filter((one) => one.ttftRegretMs === 0).length,
    own: levelOf(ended, cell),
    oracle: levelOf(free, cell),
    floor: apart === null ? null : levelOf(alone, apart),
  };
}

/**
 * The decision on one request of a cell; null where it has none (it was decided on twice, had no alternative, never ended).
 * Yields between bursts of work the share that is done, 0..1.
 */
export function* oneCounterfactual(
  cell: LabCell,
  seed: number,
  request: number,
  alternatives: number,
  open: OpenCell,
): Generator<number, CounterfactualDecision | null> {
  const choices: (Choice | null)[] = [];
  let actual: SimRequest | null = null;
  const run = open(cell, seed, {
    onDecision: (decision, table) => {
      if (decision.request.id === request) choices.push(choiceOf(decision, table, alternatives));
    },
    onRecord: (one) => {
      if (one.request.id === request) actual = one;
    },
  });
  while (actual === null && !run.advance(EVENTS)) yield 0;
  const [choice = null] = choices;
  if (actual === null || choice === null || choices.length > 1 || choice.others.length === 0) return null;
  const replays = replayed(cell, seed, open, choice, actual);
  let step = replays.next();
  for (; step.done !== true; step = replays.next()) {
    yield (1 + step.value) / (1 + choice.others.length);
  }
  return step.value;
}

/** A decision with its alternatives, each replayed; yields how many of them are done. */
function* replayed(
  cell: LabCell,
  seed: number,
  open: OpenCell,
  choice: Choice,
  actual: SimRequest,
): Generator<number, CounterfactualDecision> {
  const alternatives: Course[] = [];
  for (const endpoint of choice.others) {
    const run = pinnedRun(cell, seed, open, choice, endpoint);
    let step = run.next();
    for (; step.done !== true; step = run.next()) yield alternatives.length;
    alternatives.push(courseOf(endpoint, step.value));
  }
  return decisionOf(choice, actual, alternatives);
}

/** How much farther apart requests arrive, so that hardly any meet. */
const APART = 1000;

/** The cell's requests one by one, nothing left to compute that has been before; null where they cannot be had apart. */
function requestsApart(cell: LabCell): LabCell | null {
  const { faults: _faults, autoscaler: _scaler, rollout: _rollout, ...scenario } = cell.scenario;
  const { workload, run = {} } = scenario;
  const arrivals = 'arrivals' in workload ? workload.arrivals.process : 'trace';
  const isBounded = run.requests !== undefined && run.horizonS === undefined;
  if (!isBounded || arrivals === 'burst' || arrivals === 'stages') return null;
  const warmup = run.warmupS === undefined ? {} : { warmupS: run.warmupS * APART };
  const idealised = [...new Set([...(run.idealised ?? []), 'perfectCache' as const])];
  return {
    ...cell,
    scenario: {
      ...scenario,
      workload: atLoad(workload, 1 / APART, 'workload'),
      run: { ...run, ...warmup, idealised },
    },
  };
}

/** The run with one request pinned, until that request has ended; null where it has not. */
function* pinnedRun(
  cell: LabCell,
  seed: number,
  open: OpenCell,
  choice: Choice,
  endpoint: string,
): Generator<void, SimRequest | null> {
  let found: SimRequest | null = null;
  const pin: Pin = (request, profile) =>
    request.id === choice.request && profile === choice.profile ? endpoint : null;
  const run = open(cell, seed, {
    pin,
    onRecord: (request) => {
      if (request.request.id === choice.request) found = request;
    },
  });
  while (found === null && !run.advance(EVENTS)) yield;
  return found;
}

/** Alternatives: what else passed the filters, by score, then others of the same role, least busy first. */
function choiceOf(decision: DecisionRecord, table: EndpointTable, most: number): Choice | null {
  const profile = decidingProfile(decision);
  if (profile === null) return null;
  const picked = profile.picked[0]!;
  const roleOf = (row: number): string | undefined => table.endpoints[row]?.labels[ROLE_LABEL];
  const total = (row: number): number =>
    profile.totals[profile.candidates.indexOf(row)] ?? Number.NEGATIVE_INFINITY;
  const busy = (row: number): number => table.waiting[row]! + table.running[row]!;
  const others = Array.from(table.rows)
    .filter((row) => row !== picked && roleOf(row) === roleOf(picked))
    .sort((a, b) => (total(a) === total(b) ? busy(a) - busy(b) || a - b : total(b) - total(a)));
  const idOf = (row: number): string => table.endpoints[row]!.id;
  return {
    ...{ request: decision.request.id, atUs: decision.nowUs, profile: profile.profile },
    picked: idOf(picked),
    others: others.slice(0, most).map(idOf),
  };
}

/** The prefill stage where there is one: the first token comes from there; else the primary. */
function decidingProfile({ profiles, primary, dispatch }: DecisionRecord): ProfileRecord | null {
  if (dispatch === null) return null;
  const name = dispatch.prefillRow >= 0 ? 'prefill' : primary;
  const found =
    profiles.find((one) => one.profile === name) ?? profiles.find((one) => one.profile === primary);
  return found === undefined || found.picked.length === 0 ? null : found;
}

/** Evenly over the decisions of requests that have ended and count. */
function sample(
  choices: readonly (Choice | null)[],
  ended: readonly SimRequest[],
  { scenario }: LabCell,
  most: number,
): Choice[] {
  const warmupUs = (scenario.run?.warmupS ?? 0) * 1e6;
  const counting = new Set(
    ended.filter(({ request }) => request.arrivalUs >= warmupUs).map(({ request }) => request.id),
  );
  const fit = choices.filter(
    (one): one is Choice => one !== null && one.others.length > 0 && counting.has(one.request),
  );
  const count = Math.min(most, fit.length);
  return Array.from({ length: count }, (_, i) => fit[Math.floor(((i + 0.5) * fit.length) / count)]!);
}

function courseOf(endpoint: string, request: SimRequest | null): Course {
  if (request === null) return { endpoint, ttftMs: null, e2eMs: null };
  const { ttftUs, e2eUs } = new RequestTimes().of(request);
  const ms = (us: number): number | null => (Number.isNaN(us) ? null : us / 1e3);
  return { endpoint, ttftMs: ms(ttftUs), e2eMs: ms(e2eUs) };
}

function decisionOf(
  choice: Choice,
  actual: SimRequest,
  alternatives: readonly Course[],
): CounterfactualDecision {
  const picked = courseOf(choice.picked, actual);
  const regret = (of: (course: Course) => number | null): number | null => {
    const own = of(picked);
    const known = [own, ...alternatives.map(of)].filter((value) => value !== null);
    return own === null || known.length < 2 ? null : own - Math.min(...known);
  };
  return {
    ...{ request: choice.request, atMs: choice.atUs / 1e3, profile: choice.profile },
    ...{ promptTokens: actual.promptTokens, outputTokens: actual.outputTokens, picked, alternatives },
    ttftRegretMs: regret((one) => one.ttftMs),
    e2eRegretMs: regret((one) => one.e2eMs),
  };
}

function levelOf(ended: readonly SimRequest[], { scenario }: LabCell): Level {
  const warmupUs = (scenario.run?.warmupS ?? 0) * 1e6;
  const counting = ended.filter(({ request }) => request.arrivalUs >= warmupUs);
  const times = counting.map((request) => courseOf('', request));
  const ttft = times.map((one) => one.ttftMs).filter((value) => value !== null);
  const e2e = times.map((one) => one.e2eMs).filter((value) => value !== null);
  return {
    ...{ ttftMeanMs: meanOf(ttft), ttftP95Ms: quantile(ttft, 0.95) },
    ...{ e2eMeanMs: meanOf(e2e), e2eP95Ms: quantile(e2e, 0.95) },
  };
}

function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** The smallest value that at least that share is not above. */
function quantile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.ceil(share * sorted.length) - 1];
  assert(value !== undefined, 'a share is above 0 and at most 1');
  return value;
}
