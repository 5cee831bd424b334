/**
 * Horizontal scaling as Kubernetes' HPA and KEDA do it: every interval the sum of a metric over serving replicas, divided by its
 * target, is the wished number; scaling up is at once but a new replica serves only after its start-up; scaling down goes to
 * the highest wish of a stabilisation window, and a surplus replica takes no more requests and leaves when it is empty.
 */
import { weightBytes } from '../../models/weights.ts';
import { ConfigError } from '../../src/core/check.ts';
import { type Component, gridUs, type Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phases.ts';
import type { AutoscalerSpec } from '../scenario/schema.ts';
import type { Cluster } from './cluster.ts';
import type { Fleet } from './fleet.ts';
import type { Replica } from './replica.ts';

const CODE_DECIDE = 1;
const CODE_START = 2;

const INTERVAL_S = 15;
const STABILIZATION_S = 300;
/** Scheduling, image and process start; then weights at what a shared file system gives. */
const BOOT_S = 60;
const LOAD_BYTES_PER_S = 2e9;

type Rule = AutoscalerSpec[number];

interface Scaled {
  readonly rule: Rule;
  readonly pool: number;
  readonly intervalUs: number;
  readonly startDelayUs: number;
  readonly stabilizationUs: number;
  /** Replicas that have been asked for and do not serve yet. */
  starting: number;
  /** Replicas that take no more requests. */
  draining: Replica[];
  /** Wishes of the window, oldest first. */
  wishes: { atUs: number; count: number }[];
}

/** Scales pools of a running cluster. */
export class Autoscaler implements Component {
  /** Decisions that changed a pool: time, pool, new number. */
  readonly changes: { atUs: number; pool: string; replicas: number }[] = [];
  readonly #kernel: Kernel;
  readonly #cluster: Cluster;
  readonly #scaled: readonly Scaled[];
  readonly #target: number;

  /** Throws ConfigError when a rule names a pool that is not there, or bounds that cross. */
  constructor(kernel: Kernel, cluster: Cluster, fleet: Fleet, rules: AutoscalerSpec) {
    this.#kernel = kernel;
    this.#cluster = cluster;
    this.#target = kernel.register(this);
    this.#scaled = rules.map((rule, i) => resolve(rule, fleet, `autoscaler[${i}]`));
    for (const [i, scaled] of this.#scaled.entries()) this.#at(scaled.intervalUs, CODE_DECIDE, i);
  }

  onEvent(code: number, index: number, nowUs: number): void {
    const scaled = this.#scaled[index]!;
    if (code === CODE_START) {
      scaled.starting -= 1;
      this.#cluster.addReplica(scaled.pool, nowUs);
      return;
    }
    this.#decide(scaled, index, nowUs);
    if (this.#cluster.isActive) this.#at(nowUs + scaled.intervalUs, CODE_DECIDE, index);
  }

  #decide(scaled: Scaled, index: number, nowUs: number): void {
    const { rule } = scaled;
    scaled.draining = scaled.draining.filter((replica) => {
      if (this.#cluster.inFlightOn(replica) > 0) return true;
      replica.stop(nowUs);
      return false;
    });
    const serving = this.#cluster.set.serving(scaled.pool);
    const wish = Math.min(
      rule.max,
      Math.max(rule.min, Math.ceil(this.#metric(rule, serving, nowUs) / rule.target)),
    );
    scaled.wishes.push({ atUs: nowUs, count: wish });
    scaled.wishes = scaled.wishes.filter((w) => w.atUs > nowUs - scaled.stabilizationUs);
    const have = serving.length + scaled.starting;
    if (wish > have) {
      for (let i = have; i < wish; i++) this.#at(nowUs + scaled.startDelayUs, CODE_START, index);
      scaled.starting += wish - have;
      this.changes.push({ atUs: nowUs, pool: rule.pool, replicas: wish });
      return;
    }
    const calm = scaled.wishes.reduce((most, w) => Math.max(most, w.count), 0);
    const surplus = Math.min(serving.length, have - Math.max(calm, rule.min));
    for (let i = 0; i < surplus; i++) {
      const replica = serving[serving.length - 1 - i]!;
      this.#cluster.withdrawReplica(replica, nowUs);
      scaled.draining.push(replica);
    }
    if (surplus > 0) this.changes.push({ atUs: nowUs, pool: rule.pool, replicas: have - surplus });
  }

  #metric(rule: Rule, serving: readonly Replica[], nowUs: number): number {
    const seen = { waiting: 0, running: 0, kvUsage: 0 };
    let sum = 0;
    for (const replica of serving) {
      replica.engine.observe(nowUs, seen);
      if (rule.metric === 'waiting') sum += seen.waiting;
      else if (rule.metric === 'inFlight') sum += seen.waiting + seen.running;
      else sum += seen.kvUsage;
    }
    return sum + (rule.metric === 'kvUsage' ? 0 : this.#cluster.queuedInRouter);
  }

  #at(timeUs: number, code: number, index: number): void {
    this.#kernel.at(gridUs(timeUs), PHASE.control, this.#target, code, index);
  }
}

function resolve(rule: Rule, fleet: Fleet, path: string): Scaled {
  const pool = fleet.pools.findIndex((p) => p.name === rule.pool);
  if (pool < 0) {
    const names = fleet.pools.map((p) => p.name).join(', ');
    throw new ConfigError({
      path: `${path}.pool`,
      found: `"${rule.pool}"`,
      expected: `a pool of the fleet: ${names}`,
    });
  }
  if (rule.min > rule.max) {
    throw new ConfigError({
      path: `${path}.min`,
      found: String(rule.min),
      expected: `at most max, ${rule.max}`,
    });
  }
  const { model, weights } = fleet.pools[pool]!;
  const startDelayS = rule.startDelayS ?? BOOT_S + weightBytes(model, weights) / LOAD_BYTES_PER_S;
  return {
    rule,
    pool,
    intervalUs: (rule.intervalS ?? INTERVAL_S) * 1e6,
    startDelayUs: startDelayS * 1e6,
    stabilizationUs: (rule.stabilizationS ?? STABILIZATION_S) * 1e6,
    starting: 0,
    draining: [],
    wishes: [],
  };
}
