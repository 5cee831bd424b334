/**
 * Horizontal scaling as Kubernetes' HPA and KEDA do it: every interval a rule's signal says how many replicas are wished
 * (`scaling-signal.ts`); scaling up is at once but a new replica serves only after its start-up; scaling down goes to the
 * highest wish of a stabilisation window, and a surplus replica takes no more requests and leaves when it is empty.
 */
import { ConfigError } from '../../src/core/check.ts';
import { type Component, gridUs, type Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phases.ts';
import type { ScalingChange } from '../metrics/run-result.ts';
import type { AutoscalerSpec } from '../scenario/schema.ts';
import type { Cluster } from './cluster.ts';
import type { Fleet } from './fleet.ts';
import { LatencyWatch } from './latency-watch.ts';
import { poolOf } from './pool-of.ts';
import { isLatency, ScalingSignal, windowUsOf } from './scaling-signal.ts';
import { startUpUs } from './start-up.ts';

const CODE_DECIDE = 1;
const CODE_START = 2;

const INTERVAL_S = 15;
const STABILIZATION_S = 300;

type Rule = AutoscalerSpec[number];

interface Scaled {
  readonly rule: Rule;
  readonly pool: number;
  readonly signal: ScalingSignal;
  readonly intervalUs: number;
  readonly startDelayUs: number;
  readonly stabilizationUs: number;
  /** Replicas that have been asked for and do not serve yet. */
  starting: number;
  /** Wishes of the window, oldest first. */
  wishes: { atUs: number; count: number }[];
}

/** Scales pools of a running cluster. */
export class Autoscaler implements Component {
  /** Decisions that changed a pool, in order. */
  readonly changes: ScalingChange[] = [];
  readonly #kernel: Kernel;
  readonly #cluster: Cluster;
  readonly #scaled: readonly Scaled[];
  readonly #target: number;

  /** Throws ConfigError when a rule names a pool that is not there, or bounds that cross. */
  constructor(kernel: Kernel, cluster: Cluster, fleet: Fleet, rules: AutoscalerSpec) {
    this.#kernel = kernel;
    this.#cluster = cluster;
    this.#target = kernel.register(this);
    this.#scaled = rules.map((rule, i) => resolve(rule, cluster, fleet, `autoscaler[${i}]`));
    const watched = this.#scaled.filter(({ rule }) => isLatency(rule.metric));
    if (watched.length > 0) {
      const windowUs = Math.max(...watched.map(({ rule }) => windowUsOf(rule)));
      cluster.latencies = new LatencyWatch(
        watched.map(({ pool }) => pool),
        windowUs,
      );
    }
    for (const [i, scaled] of this.#scaled.entries()) {
      cluster.set.makeElastic(scaled.pool);
      this.#at(scaled.intervalUs, CODE_DECIDE, i);
    }
  }

  onEvent(code: number, index: number, nowUs: number): void {
    const scaled = this.#scaled[index]!;
    if (code === CODE_START) {
      scaled.starting -= 1;
      this.#cluster.instances.add(scaled.pool, nowUs);
      return;
    }
    this.#decide(scaled, index, nowUs);
    if (this.#cluster.isActive) this.#at(nowUs + scaled.intervalUs, CODE_DECIDE, index);
  }

  #decide(scaled: Scaled, index: number, nowUs: number): void {
    const { rule, pool } = scaled;
    const cluster = this.#cluster;
    const serving = cluster.set.serving(pool);
    const have = serving.length + scaled.starting;
    const wanted = scaled.signal.wish(serving, have, nowUs);
    const wish = Math.min(rule.max, Math.max(rule.min, wanted));
    scaled.wishes.push({ atUs: nowUs, count: wish });
    scaled.wishes = scaled.wishes.filter((w) => w.atUs > nowUs - scaled.stabilizationUs);
    if (wish > have) {
      for (let i = have; i < wish; i++) {
        cluster.set.held[pool]!.change(1, nowUs);
        this.#at(nowUs + scaled.startDelayUs, CODE_START, index);
      }
      scaled.starting += wish - have;
      this.#changed(rule.pool, wish, nowUs);
      return;
    }
    const calm = scaled.wishes.reduce((most, w) => Math.max(most, w.count), 0);
    const surplus = Math.min(serving.length, have - Math.max(calm, rule.min));
    // The youngest first, as a ReplicaSet does.
    for (const replica of serving.slice(serving.length - Math.max(0, surplus)).reverse()) {
      cluster.instances.retire(replica, nowUs);
    }
    if (surplus > 0) this.#changed(rule.pool, have - surplus, nowUs);
  }

  #changed(pool: string, replicas: number, nowUs: number): void {
    this.changes.push({ atS: nowUs / 1e6, pool, replicas });
  }

  #at(timeUs: number, code: number, index: number): void {
    this.#kernel.at(gridUs(timeUs), PHASE.control, this.#target, code, index);
  }
}

function resolve(rule: Rule, cluster: Cluster, fleet: Fleet, path: string): Scaled {
  const pool = poolOf(fleet, rule.pool, `${path}.pool`);
  if (rule.min > rule.max) {
    throw new ConfigError({
      path: `${path}.min`,
      found: String(rule.min),
      expected: `at most max, ${rule.max}`,
    });
  }
  return {
    rule,
    pool,
    signal: new ScalingSignal(rule, pool, cluster),
    intervalUs: (rule.intervalS ?? INTERVAL_S) * 1e6,
    startDelayUs: startUpUs(rule, fleet.pools[pool]!),
    stabilizationUs: (rule.stabilizationS ?? STABILIZATION_S) * 1e6,
    starting: 0,
    wishes: [],
  };
}
