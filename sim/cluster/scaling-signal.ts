/**
 * From a rule's metric to a wished number of replicas.
 *
 * Amounts (waiting, in flight, used KV, busy share) are summed over serving replicas and divided by the target, so the wish
 * does not depend on how many there are. A latency says only that there are too few or too many: as the HPA does for such
 * values, the number is scaled by p95 / target unless that is within 10 % of 1, at most doubled (or 4 more), and lowered one
 * at a time, since a latency that is met does not tell how far the load is from the knee.
 *
 * A request without a first token that has waited longer than the target counts in TTFT with its age; otherwise a pool that
 * answers nobody would look well.
 */
import { GRID_PER_US } from '../kernel/kernel.ts';
import type { AutoscalerSpec } from '../scenario/schema.ts';
import type { Cluster } from './cluster.ts';
import type { WatchedLatency } from './latency-watch.ts';
import type { Replica } from './replica.ts';

type Rule = AutoscalerSpec[number];

/** HPA's default tolerance around the target. */
const TOLERANCE = 0.1;
/** HPA's default limit on scaling up: twice as many or 4 more a period, whichever is more. */
const UP_FACTOR = 2;
const UP_STEP = 4;

const WINDOW_S = 60;

const LATENCY_OF: Readonly<Partial<Record<Rule['metric'], WatchedLatency>>> = {
  ttftP95Ms: 'ttft',
  tpotP95Ms: 'tpot',
};

/** Whether a metric is a latency of the pool rather than an amount on its replicas. */
export function isLatency(metric: Rule['metric']): boolean {
  return LATENCY_OF[metric] !== undefined;
}

/** Window of a latency rule, µs. */
export function windowUsOf(rule: Rule): number {
  return (rule.windowS ?? WINDOW_S) * 1e6;
}

/** The signal of one rule. */
export class ScalingSignal {
  readonly #rule: Rule;
  readonly #pool: number;
  readonly #cluster: Cluster;
  readonly #seen = { waiting: 0, running: 0, kvUsage: 0 };
  /** Busy time by replica number at the last decision, and when that was, µs. */
  readonly #busyBefore = new Map<number, number>();
  #lookedUs = 0;

  constructor(rule: Rule, pool: number, cluster: Cluster) {
    this.#rule = rule;
    this.#pool = pool;
    this.#cluster = cluster;
  }

  /** Replicas wished, before min and max; `have`: serving and starting. */
  wish(serving: readonly Replica[], have: number, nowUs: number): number {
    const isAskedFor = this.#cluster.instances.queuedFor(this.#pool) > 0;
    const latency = LATENCY_OF[this.#rule.metric];
    const wish =
      latency === undefined
        ? Math.ceil(this.#amount(serving, nowUs) / this.#rule.target)
        : this.#byLatency(latency, have, nowUs);
    return have === 0 && isAskedFor ? Math.max(1, wish) : wish;
  }

  #byLatency(latency: WatchedLatency, have: number, nowUs: number): number {
    const targetUs = this.#rule.target * 1e3;
    const overdue =
      latency === 'ttft' ? this.#cluster.instances.agesWithoutToken(this.#pool, targetUs, nowUs) : [];
    const p95 = this.#cluster.latencies!.p95(this.#pool, latency, overdue, windowUsOf(this.#rule), nowUs);
    if (p95 === null) return this.#cluster.instances.isBusy(this.#pool) ? have : have - 1;
    const ratio = p95 / targetUs;
    if (Math.abs(ratio - 1) <= TOLERANCE) return have;
    if (ratio < 1) return have - 1;
    return Math.min(Math.ceil(have * ratio), Math.max(have * UP_FACTOR, have + UP_STEP));
  }

  #amount(serving: readonly Replica[], nowUs: number): number {
    const { metric } = this.#rule;
    if (metric === 'busy') return this.#busy(serving, nowUs);
    const seen = this.#seen;
    let sum = metric === 'kvUsage' ? 0 : this.#cluster.instances.queuedFor(this.#pool);
    for (const replica of serving) {
      // Decisions come after the batches of their instant.
      replica.engine.observe(nowUs + 1 / GRID_PER_US, seen);
      if (metric === 'waiting') sum += seen.waiting;
      else if (metric === 'inFlight') sum += seen.waiting + seen.running;
      else sum += seen.kvUsage;
    }
    return sum;
  }

  /** Sum of the shares of the time since the last decision that serving replicas spent in steps. */
  #busy(serving: readonly Replica[], nowUs: number): number {
    const before = this.#busyBefore;
    let sum = 0;
    for (const replica of serving) {
      const busyUs = replica.busyUsAt(nowUs);
      const sinceUs = nowUs - Math.max(this.#lookedUs, replica.upSinceUs);
      const share = sinceUs > 0 ? (busyUs - (before.get(replica.index) ?? 0)) / sinceUs : 0;
      // One that was withdrawn meanwhile brings the time of several periods.
      sum += Math.min(1, share);
      before.set(replica.index, busyUs);
    }
    this.#lookedUs = nowUs;
    return sum;
  }
}
