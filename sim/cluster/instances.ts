/**
 * What becomes of the instances of a running fleet: they come, are withdrawn, go once they are empty, or crash; and what scaling
 * rules ask of them. Which of them the router sees is the ReplicaSet's.
 */
import type { IdMap } from '../../src/core/id-map.ts';
import type { EngineSink } from '../engine/engine.ts';
import type { SimRequest } from '../workload/request.ts';
import type { Gateway } from './gateway.ts';
import type { KvHandover } from './handover.ts';
import type { ModelRoute, ModelRoutes } from './model-routes.ts';
import type { Replica } from './replica.ts';
import type { ReplicaSet } from './replica-set.ts';

/** The cluster that the instances are of. */
export interface InstanceSurroundings {
  readonly set: ReplicaSet;
  readonly routes: ModelRoutes;
  readonly gateway: Gateway;
  readonly handover: KvHandover;
  readonly inFlight: IdMap<SimRequest>;
  /** What engines of new instances report to. */
  readonly sink: EngineSink;
  /** An attempt of a request has failed. */
  lose(request: SimRequest, reason: string, nowUs: number): void;
}

/** Instances of a run, alive or gone. */
export class Instances {
  readonly #around: InstanceSurroundings;
  readonly #set: ReplicaSet;
  /** Replicas that take no more requests and go once they are empty. */
  readonly #retiring = new Map<Replica, ((nowUs: number) => void) | undefined>();

  constructor(around: InstanceSurroundings) {
    this.#around = around;
    this.#set = around.set;
  }

  /** An instance of a pool serves from now on; what waited for one goes to the router. */
  add(pool: number, nowUs: number): void {
    this.#set.add(pool, this.#around.sink, nowUs);
    this.#around.gateway.instanceAdded(nowUs);
  }

  /** The router sends nothing more to this instance; what it has goes on. */
  withdraw(replica: Replica, nowUs: number): void {
    if (!this.#set.isShown(replica)) return;
    this.#routeOf(replica.pool).router.endpointRemoved(replica.row, nowUs);
    this.#set.hide(replica);
  }

  /** The instance takes no more requests, and its machine is given back (`onGone`) once it is empty. */
  retire(replica: Replica, nowUs: number, onGone?: (nowUs: number) => void): void {
    this.withdraw(replica, nowUs);
    this.#retiring.set(replica, onGone);
    this.#letGoIfEmpty(replica, nowUs);
  }

  /** A withdrawn instance takes requests again, unless it is to go. */
  giveBack(replica: Replica, nowUs: number): void {
    if (!this.#retiring.has(replica)) this.#set.showAgain(replica, nowUs);
  }

  #routeOf(pool: number): ModelRoute {
    const { routes } = this.#around;
    return routes.all[routes.ofPool(pool)]!;
  }

  #letGoIfEmpty(replica: Replica, nowUs: number): void {
    if (!this.#retiring.has(replica) || this.inFlightOn(replica) > 0) return;
    const onGone = this.#retiring.get(replica);
    this.#retiring.delete(replica);
    replica.stop(nowUs);
    this.#set.held[replica.pool]!.change(-1, nowUs);
    onGone?.(nowUs);
  }

  /** A request has left these instances (-1: none): those that were to go may be empty now. */
  left(endpoint: number, prefillEndpoint: number, nowUs: number): void {
    if (this.#retiring.size === 0) return;
    for (const index of [endpoint, prefillEndpoint]) {
      if (index >= 0) this.#letGoIfEmpty(this.#set.all[index]!, nowUs);
    }
  }

  /**
   * The instance dies: every request on it is lost, and fails or is sent again. `restarts`: on the same machine, which is
   * held meanwhile.
   */
  crash(replica: Replica, restarts: boolean, nowUs: number): void {
    // A dead instance answers no scrape: the router goes on with what it saw last.
    this.#routeOf(replica.pool).feed.beforeChange(replica.row, nowUs, true);
    this.setScrapeLost(replica, true);
    replica.stop(nowUs);
    for (const request of this.#onInstance(replica)) {
      if (request.course.endpoint === replica.index)
        this.#around.lose(request, 'the instance crashed', nowUs);
      else if (!request.course.hasKv) this.#around.lose(request, 'the prefill instance crashed', nowUs);
      else this.#around.handover.prefillLost(request, nowUs);
    }
    if (this.#retiring.has(replica)) this.#letGoIfEmpty(replica, nowUs);
    else if (!restarts) this.#set.held[replica.pool]!.change(-1, nowUs);
  }

  /** Metrics of the instance cannot be scraped, or can again. */
  setScrapeLost(replica: Replica, lost: boolean): void {
    if (!this.#set.isShown(replica)) return;
    this.#routeOf(replica.pool).feed.setLost(replica.row, lost);
  }

  /** KV transfers between instances for which `isHit` holds fail now. */
  failTransfers(isHit: (from: Replica, to: Replica) => boolean, reason: string, nowUs: number): void {
    for (const id of this.#around.inFlight.ids()) {
      const request = this.#around.inFlight.get(id)!;
      const { kv, endpoint, prefillEndpoint } = request.course;
      if (kv !== 'moving' || !isHit(this.#set.all[prefillEndpoint]!, this.#set.all[endpoint]!)) continue;
      this.#around.handover.fail(request, reason, nowUs);
    }
  }

  // --- what scaling rules ask -------------------------------------------------------------------------------------

  /** Requests that wait for a replica of this pool to take them: at the gateway, or in the router's queues. */
  queuedFor(pool: number): number {
    const route = this.#routeOf(pool);
    const held = this.#around.gateway.heldFor(route);
    return route.router.queued + held.length;
  }

  /** Ages of requests for this pool that have no token after more than `limitUs`, µs. */
  agesWithoutToken(pool: number, limitUs: number, nowUs: number): number[] {
    const ages: number[] = [];
    for (const id of this.#around.inFlight.ids()) {
      const request = this.#around.inFlight.get(id)!;
      const ageUs = nowUs - request.request.arrivalUs;
      if (ageUs <= limitUs || request.course.firstTokenUs >= 0) continue;
      const isForPool =
        request.course.dispatchedUs < 0
          ? this.#around.routes.ofModel(request.request.model) === this.#around.routes.ofPool(pool)
          : this.poolsOf(request).includes(pool);
      if (isForPool) ages.push(ageUs);
    }
    return ages;
  }

  /** Whether any replica of the pool has a request. */
  isBusy(pool: number): boolean {
    return this.#set.all.some((replica) => replica.pool === pool && this.inFlightOn(replica) > 0);
  }

  /** Pools of the instances that a request is on, or was sent to last. */
  poolsOf(request: SimRequest): number[] {
    const { endpoint, prefillEndpoint } = request.course;
    return [endpoint, prefillEndpoint]
      .filter((index) => index >= 0)
      .map((index) => this.#set.all[index]!.pool);
  }

  /** Requests in flight on an instance, both legs. */
  inFlightOn(replica: Replica): number {
    return this.#onInstance(replica).length;
  }

  /** Requests that the instance has or will get, or whose KV it still holds for another one. */
  #onInstance(replica: Replica): SimRequest[] {
    const found: SimRequest[] = [];
    for (const id of this.#around.inFlight.ids()) {
      const request = this.#around.inFlight.get(id)!;
      const { endpoint, prefillEndpoint, dispatchedUs } = request.course;
      if (dispatchedUs < 0) continue;
      if (endpoint === replica.index || (prefillEndpoint === replica.index && needsPrefill(request))) {
        found.push(request);
      }
    }
    return found;
  }
}

/** True while the prefill side still holds what the request needs. */
export function needsPrefill({ course }: SimRequest): boolean {
  return course.kv !== 'here' && course.kv !== 'lost';
}
