/**
 * The gateway before the routers: picks the route by the model that a request names, holds requests of pools that have yet to be
 * scaled up from nothing, and asks each router again when it wants to be.
 */
import type { ResponseUsage, TerminationCause } from '../../src/routing/contract.ts';
import { gridUs, type Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phases.ts';
import type { SimRequest } from '../workload/request.ts';
import type { PoolSetup } from './fleet.ts';
import type { ModelRoute, ModelRoutes } from './model-routes.ts';
import type { ClusterParts } from './parts.ts';
import type { ReplicaSet } from './replica-set.ts';

/** Roles of the two legs of a request; a pool of role `both` serves either. */
const LEG_ROLES = ['prefill', 'decode'] as const;

/** Where the gateway's kernel events go, and whom it tells. */
export interface GatewaySurroundings {
  readonly routes: ModelRoutes;
  readonly set: ReplicaSet;
  readonly target: number;
  /** Code of the events that `wake` answers. */
  readonly code: number;
  /** No pool serves the model that a request names. */
  unknown(request: SimRequest, reason: string, nowUs: number): void;
}

/** The gateway of a run. */
export class Gateway {
  readonly routes: ModelRoutes;
  readonly #pools: readonly PoolSetup[];
  readonly #set: ReplicaSet;
  readonly #kernel: Kernel;
  readonly #target: number;
  readonly #code: number;
  readonly #unknown: GatewaySurroundings['unknown'];
  readonly #holds: boolean;
  readonly #wakeUs: NonNullable<ClusterParts['wakeUs']>;
  /** Requests that wait before the router, as no replica serves yet, in order of arrival. */
  #held: SimRequest[] = [];

  constructor(parts: ClusterParts, around: GatewaySurroundings) {
    const { kernel, fleet, holdsAtGateway, wakeUs } = parts;
    this.routes = around.routes;
    this.#pools = fleet.pools;
    this.#set = around.set;
    this.#kernel = kernel;
    this.#target = around.target;
    this.#code = around.code;
    this.#unknown = around.unknown;
    this.#holds = holdsAtGateway ?? false;
    this.#wakeUs = wakeUs ?? ((wantedUs) => wantedUs);
  }

  /** A request reaches the gateway. */
  route(request: SimRequest, nowUs: number): void {
    const number = this.routes.ofModel(request.request.model);
    if (number < 0) {
      this.#unknown(request, `404 no pool serves the model ${request.request.model}`, nowUs);
      return;
    }
    if (this.#holds && this.#mustHold(request)) {
      this.#held.push(request);
      return;
    }
    const route = this.routes.all[number]!;
    route.feed.beforeLook(nowUs);
    route.router.arrive(request.request, nowUs);
    this.#arm(route, nowUs);
  }

  /** True when no replica serves a leg of requests, and scaling will bring one. */
  #mustHold(request: SimRequest): boolean {
    const route = this.routes.ofModel(request.request.model);
    const pools = this.#pools;
    for (const role of LEG_ROLES) {
      let couldServe = false;
      let willServe = false;
      for (const [pool, setup] of pools.entries()) {
        if (this.routes.ofPool(pool) !== route) continue;
        if (setup.role !== role && setup.role !== 'both') continue;
        if (this.#set.shown[pool]! > 0) couldServe = true;
        if (this.#set.isElastic(pool)) willServe = true;
      }
      if (!couldServe && willServe) return true;
    }
    return false;
  }

  /** An instance serves: what waited for one goes to the routers. */
  instanceAdded(nowUs: number): void {
    if (this.#held.length === 0) return;
    const waiting = this.#held;
    this.#held = [];
    for (const request of waiting) this.route(request, nowUs);
  }

  /** Requests held for a route. */
  heldFor(route: ModelRoute): SimRequest[] {
    return this.#held.filter((request) => this.routeOf(request) === route);
  }

  /** The client of a request has gone. */
  cancel(request: SimRequest, nowUs: number): void {
    this.routeOf(request).router.cancel(request.request, nowUs);
    this.#held = this.#held.filter((other) => other !== request);
  }

  /** Route of a request that has one. */
  routeOf(request: SimRequest): ModelRoute {
    return this.routes.all[this.routes.ofModel(request.request.model)]!;
  }

  /** Tells the router that a response has ended; what it queued may go on at once. */
  released(request: SimRequest, usage: ResponseUsage, cause: TerminationCause, nowUs: number): void {
    const route = this.routeOf(request);
    if (route.router.queued > 0) route.feed.beforeLook(nowUs);
    route.router.finished(request.request, usage, cause, nowUs);
    this.#arm(route, nowUs);
  }

  #arm(route: ModelRoute, nowUs: number): void {
    if (route.router.queued === 0) return;
    const wakeUs = this.#wakeUs(route.router.advance(nowUs), nowUs);
    if (wakeUs >= route.wakeUs) return;
    route.wakeUs = wakeUs;
    const number = this.routes.all.indexOf(route);
    this.#kernel.at(Math.max(gridUs(wakeUs), nowUs), PHASE.control, this.#target, this.#code, number);
  }

  /** A router wanted to be asked now; `number`: of its route. */
  wake(number: number, nowUs: number): void {
    const route = this.routes.all[number]!;
    route.wakeUs = Number.POSITIVE_INFINITY;
    route.feed.beforeLook(nowUs);
    this.#arm(route, nowUs);
  }
}
