/**
 * A fleet in simulated time: the composition of workload, router, replicas, network and recorder around one kernel. It is
 * the simulator's shell of the production router, as `src/server` is the one of HTTP: requests go in through
 * `router.arrive`, decisions come back through `RouterOutput`, responses are reported with `firstToken` and `finished`.
 *
 * A request's way: arrival -> router -> front end -> engine (-> KV transfer -> second engine) -> end. It ends in exactly
 * one bucket: `#end` is the only place that hands it to the recorder.
 */
import { fail } from '../../src/core/check.ts';
import { IdMap } from '../../src/core/id-map.ts';
import type { Dispatch, Rejection, RouterOutput } from '../../src/routing/contract.ts';
import type { InferenceRequest } from '../../src/routing/request.ts';
import type { EngineSink, Leg } from '../engine/engine.ts';
import { type Component, gridUs, type Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phases.ts';
import type { Recorder } from '../metrics/recorder.ts';
import type { LinkUsage } from '../metrics/run-result.ts';
import type { Ending, SimRequest } from '../workload/request.ts';
import type { Workload } from '../workload/workload.ts';
import { Clients } from './clients.ts';
import { Fabric } from './fabric.ts';
import { MetricsFeed } from './feed.ts';
import type { Fleet } from './fleet.ts';
import { Gateway } from './gateway.ts';
import { KvHandover } from './handover.ts';
import { Instances, needsPrefill } from './instances.ts';
import type { LatencyWatch } from './latency-watch.ts';
import { ModelRoutes } from './model-routes.ts';
import type { ClusterParts } from './parts.ts';
import { ReplicaSet } from './replica-set.ts';
import { TierWiring } from './tier-wiring.ts';

const CODE_ARRIVE = 1;
const CODE_DELIVER = 2;
const CODE_PREFILL = 3;
const CODE_DECODE = 4;
const CODE_ROUTER = 5;
const CODE_AGAIN = 6;
const CODE_TIMEOUT = 7;
const CODE_CANCEL = 8;

const CLIENT_CODES = { again: CODE_AGAIN, timeout: CODE_TIMEOUT, cancel: CODE_CANCEL } as const;

/** The running fleet. */
export class Cluster implements Component, EngineSink {
  readonly set: ReplicaSet;
  readonly tiers: TierWiring;
  readonly handover: KvHandover;
  readonly instances: Instances;
  /** Why requests failed or were rejected (`failed: reason`), and how often each. */
  readonly unhappyEnds = new Map<string, number>();
  /** Time of the last thing that happened to a request, µs. */
  lastUs = 0;
  arrived = 0;
  ended = 0;
  /** Told of first and last tokens; null unless a scaling rule aims at a latency. */
  latencies: LatencyWatch | null = null;
  readonly #kernel: Kernel;
  readonly #fleet: Fleet;
  readonly #workload: Workload;
  readonly #recorder: Recorder;
  readonly #routes: ModelRoutes;
  readonly #clients: Clients;
  readonly #gateway: Gateway;
  readonly #target: number;
  readonly #inFlight = new IdMap<SimRequest>();
  /** Id of the open-loop request whose arrival is scheduled; -1 none. Follow-ups are scheduled beside it. */
  #drawnAhead = -1;

  constructor(parts: ClusterParts) {
    this.#kernel = parts.kernel;
    this.#fleet = parts.fleet;
    this.#workload = parts.workload;
    this.#recorder = parts.recorder;
    this.#target = parts.kernel.register(this);
    const { scrapeIntervalUs, makeFeed = (table) => new MetricsFeed(table, scrapeIntervalUs) } = parts;
    this.#routes = new ModelRoutes(parts.fleet, parts.table, makeFeed);
    this.handover = new KvHandover(
      parts.kernel,
      parts.fleet.pools.length,
      { set: () => this.set, fabric: () => fabric },
      {
        request: (id) => this.#inFlight.get(id),
        lost: (request, reason, nowUs) => this.#lose(request, reason, nowUs),
        stored: (request, nowUs) => this.#handOver(request, nowUs),
        leftPrefill: (request, nowUs) => {
          this.instances.left(-1, request.course.prefillEndpoint, nowUs);
        },
      },
      parts.fleet.storeHandover,
    );
    const { transfers } = this.handover;
    const { network } = transfers;
    const fabric = new Fabric(parts.fleet, network);
    this.tiers = new TierWiring(parts.fleet, transfers, fabric);
    this.set = new ReplicaSet({ ...parts, routes: this.#routes, network, fabric, tiers: this.tiers });
    this.#clients = new Clients(parts.clients, parts.kernel, this.#target, CLIENT_CODES);
    this.#gateway = new Gateway(parts, {
      ...{ routes: this.#routes, set: this.set, target: this.#target, code: CODE_ROUTER },
      unknown: (request, reason, nowUs) => this.#end(request, 'failed', reason, nowUs),
    });
    this.instances = new Instances({
      ...{ set: this.set, routes: this.#routes, gateway: this.#gateway, handover: this.handover },
      ...{ inFlight: this.#inFlight, sink: this },
      lose: (request, reason, nowUs) => this.#lose(request, reason, nowUs),
    });
    for (const [pool, setup] of parts.fleet.pools.entries()) {
      for (let i = 0; i < setup.replicas; i++) {
        this.set.held[pool]!.change(1, 0);
        this.set.add(pool, this, 0);
      }
    }
    for (const [i, route] of this.#routes.all.entries()) {
      route.router = parts.makeRouter(this.#outputOf(i), route.table, route.model);
    }
    this.#pullArrival();
  }

  onEvent(code: number, arg: number, nowUs: number): void {
    switch (code) {
      case CODE_ARRIVE:
        this.#arrive(this.request(arg), nowUs);
        return;
      case CODE_DELIVER:
        this.#deliver(arg, 'whole', nowUs);
        return;
      case CODE_PREFILL:
        this.#deliver(arg, 'prefill', nowUs);
        return;
      case CODE_DECODE:
        this.#deliver(arg, 'decode', nowUs);
        return;
      case CODE_ROUTER:
        this.#gateway.wake(arg, nowUs);
        return;
      case CODE_AGAIN:
        this.#again(arg, nowUs);
        return;
      case CODE_CANCEL:
        this.#goAway(arg, 'the client cancelled', nowUs);
        return;
      default:
        this.#goAway(arg, 'client timeout', nowUs);
    }
  }

  /** Hands requests still in flight to the recorder: the horizon has come. */
  stop(nowUs: number): void {
    for (const id of this.#inFlight.ids()) {
      const request = this.#inFlight.get(id)!;
      if (request.request.arrivalUs > nowUs) continue;
      request.course.endUs = nowUs;
      this.#recorder.ended(request, nowUs);
    }
    this.#inFlight.clear();
  }

  /** True while requests are in flight or still to come. */
  get isActive(): boolean {
    return this.#inFlight.size > 0;
  }

  /** Attempts that were lost and sent again. */
  get retries(): number {
    return this.#clients.retries;
  }

  /** What every link has carried so far. */
  linkUsage(): LinkUsage[] {
    return this.handover.transfers.network.usage();
  }

  // --- attempts that are lost ---------------------------------------------------------------------------------------

  /** An attempt has failed: sent again if the client does so, else the request ends. */
  #lose(request: SimRequest, reason: string, nowUs: number): void {
    this.#takeOff(request, nowUs);
    const usage = { promptTokens: request.promptTokens, outputTokens: 0, cachedTokens: 0 };
    this.#gateway.released(request, usage, 'error', nowUs);
    const { endpoint, prefillEndpoint } = request.course;
    if (!this.#clients.sendAgain(request, nowUs)) this.#end(request, 'failed', reason, nowUs);
    else this.instances.left(endpoint, prefillEndpoint, nowUs);
  }

  /** Removes a request from every engine and link it is on. */
  #takeOff(request: SimRequest, nowUs: number): void {
    const { endpoint, prefillEndpoint, kv } = request.course;
    if (prefillEndpoint >= 0) this.handover.cancel(request, nowUs);
    const decode = endpoint < 0 ? null : this.set.all[endpoint]!;
    if (decode !== null && !decode.isDown) decode.abort(request, nowUs);
    if (prefillEndpoint < 0 || !needsPrefill(request)) return;
    const prefill = this.set.all[prefillEndpoint]!;
    // A decode side that died tells nobody that the blocks are not needed.
    const isHeld = kv !== 'none' && !this.handover.isPushed(request);
    if (isHeld && decode?.isDown === true) this.handover.leaveBehind(request, nowUs);
    else if (!prefill.isDown) prefill.abort(request, nowUs);
  }

  /** The client hangs up. */
  #goAway(id: number, reason: string, nowUs: number): void {
    const request = this.#inFlight.get(id);
    if (request === undefined) return;
    const wasDispatched = request.course.dispatchedUs >= 0;
    if (wasDispatched) this.#takeOff(request, nowUs);
    this.#gateway.cancel(request, nowUs);
    // A request that the router held ends through its `reject`.
    if (this.#inFlight.get(id) === request) this.#end(request, 'cancelled', reason, nowUs);
  }

  // --- arrivals and routing ---------------------------------------------------------------------------------------

  /** Draws the next open-loop request, if there is one and none is drawn already, and schedules its arrival. */
  #pullArrival(): void {
    if (this.#drawnAhead >= 0) return;
    const next = this.#workload.next();
    if (next === null) return;
    this.#drawnAhead = next.request.id;
    this.#scheduleArrival(next);
  }

  #scheduleArrival(request: SimRequest): void {
    this.#inFlight.set(request.request.id, request);
    this.#kernel.at(request.request.arrivalUs, PHASE.arrival, this.#target, CODE_ARRIVE, request.request.id);
  }

  #arrive(request: SimRequest, nowUs: number): void {
    this.arrived += 1;
    this.#recorder.arrived(request, nowUs);
    if (request.request.id === this.#drawnAhead) {
      this.#drawnAhead = -1;
      this.#pullArrival();
    }
    this.#clients.sent(request.request.id, nowUs);
    this.#gateway.route(request, nowUs);
  }

  #again(id: number, nowUs: number): void {
    const request = this.#inFlight.get(id);
    if (request !== undefined) this.#gateway.route(request, nowUs);
  }

  #outputOf(route: number): RouterOutput {
    return {
      dispatch: (request, dispatch, nowUs) => this.#dispatch(route, request, dispatch, nowUs),
      reject: (request, rejection, nowUs) => this.#reject(request, rejection, nowUs),
      evict: (request, nowUs) => this.#evict(request, nowUs),
    };
  }

  #dispatch(route: number, routed: InferenceRequest, dispatch: Dispatch, nowUs: number): void {
    const request = this.request(routed.id);
    const { course } = request;
    course.dispatchedUs = nowUs;
    course.endpoint = this.set.at(route, dispatch.rows[0]!).index;
    course.prefillEndpoint = dispatch.prefillRow < 0 ? -1 : this.set.at(route, dispatch.prefillRow).index;
    const first = course.prefillEndpoint >= 0 ? course.prefillEndpoint : course.endpoint;
    const setup = this.set.setupOf(first);
    const atUs = gridUs(nowUs + setup.stepModel.frontEndUs(request.promptTokens));
    const code = dispatch.prefillRow >= 0 ? CODE_PREFILL : CODE_DELIVER;
    course.queuedSinceUs = atUs;
    this.#kernel.at(atUs, PHASE.deliver, this.#target, code, routed.id);
    // The decode side takes memory before the prefill starts: it gets the request at the same time.
    if (this.handover.isPushed(request))
      this.#kernel.at(atUs, PHASE.deliver, this.#target, CODE_DECODE, routed.id);
  }

  #reject(routed: InferenceRequest, rejection: Rejection, nowUs: number): void {
    const request = this.request(routed.id);
    const ending: Ending =
      rejection.reason === 'rejected-ttl-expired'
        ? 'expired'
        : rejection.reason === 'rejected-context-cancelled'
          ? 'cancelled'
          : 'rejected';
    this.#end(request, ending, `${rejection.status} ${rejection.reason ?? rejection.message}`, nowUs);
  }

  #evict(routed: InferenceRequest, nowUs: number): void {
    const request = this.request(routed.id);
    const { course } = request;
    this.#takeOff(request, nowUs);
    const usage = { promptTokens: request.promptTokens, outputTokens: 0, cachedTokens: course.cachedTokens };
    this.#gateway.released(request, usage, 'evicted', nowUs);
    this.#end(request, 'rejected', 'evicted', nowUs);
  }

  // --- engines ----------------------------------------------------------------------------------------------------

  #deliver(id: number, leg: Leg, nowUs: number): void {
    const request = this.#inFlight.get(id);
    // An attempt that was lost meanwhile is delivered no more.
    if (request === undefined || request.course.queuedSinceUs !== nowUs) return;
    const { endpoint, prefillEndpoint } = request.course;
    if (leg !== 'decode') request.course.deliveredUs = nowUs;
    const replica = this.set.all[leg === 'prefill' ? prefillEndpoint : endpoint]!;
    const isStored = request.course.kv === 'stored';
    if (isStored) this.handover.takenFromStore(request, nowUs);
    if (replica.isDown) this.#lose(request, 'connection refused', nowUs);
    else replica.deliver(request, isStored ? 'whole' : leg, nowUs);
  }

  admitted(request: SimRequest, cachedTokens: number, nowUs: number): void {
    const { course } = request;
    if (course.admissions === 0) course.cachedTokens = cachedTokens;
    course.admissions += 1;
    const waitedUs = nowUs - course.queuedSinceUs;
    course.queueUs += waitedUs;
    course.queuedSinceUs = -1;
    if (course.isPreempted) {
      course.isPreempted = false;
      course.preemptedUs += waitedUs;
      if (course.firstTokenUs < 0) course.preemptedFirstUs += waitedUs;
    } else if (course.transferSinceUs < 0) {
      course.firstQueueUs += waitedUs;
    }
  }

  firstToken(request: SimRequest, nowUs: number): void {
    const { course } = request;
    // The token of a prefill leg is discarded: the decode side computes the last prompt token again and samples itself.
    if (this.#isPrefillLeg(request)) return;
    course.firstTokenUs = nowUs;
    if (course.prefillEndpoint < 0) this.#prefilled(request, nowUs);
    this.latencies?.firstToken(request, this.instances.poolsOf(request), nowUs);
    this.#gateway.routeOf(request).router.firstToken(request.request, nowUs);
  }

  #prefilled({ course }: SimRequest, nowUs: number): void {
    course.prefillUs = nowUs - course.deliveredUs - course.firstQueueUs - course.preemptedFirstUs;
  }

  finished(request: SimRequest, nowUs: number): void {
    if (this.#isPrefillLeg(request)) {
      this.#prefilled(request, nowUs);
      if (this.handover.isPushed(request)) {
        request.course.transferSinceUs = nowUs;
        return;
      }
      // From here on the request is the decode side's.
      request.course.kv = 'held';
      request.course.transferSinceUs = nowUs;
      if (this.#fleet.storeHandover) this.handover.store(request, nowUs);
      else this.#handOver(request, nowUs);
      return;
    }
    const usage = {
      promptTokens: request.promptTokens,
      outputTokens: request.outputTokens,
      cachedTokens: request.course.cachedTokens,
    };
    this.latencies?.finished(request, this.instances.poolsOf(request), nowUs);
    this.#gateway.released(request, usage, 'natural', nowUs);
    this.#end(request, 'completed', '', nowUs);
  }

  /** The decode side is told of a request whose prefill leg has ended. */
  #handOver({ request, course }: SimRequest, nowUs: number): void {
    const atUs = gridUs(nowUs + this.set.setupOf(course.endpoint).handoverUs);
    course.queuedSinceUs = atUs;
    this.#kernel.at(atUs, PHASE.deliver, this.#target, CODE_DECODE, request.id);
  }

  preempted(request: SimRequest, nowUs: number): void {
    request.course.preemptions += 1;
    request.course.isPreempted = true;
    request.course.queuedSinceUs = nowUs;
  }

  gaps(gapUs: number, count: number): void {
    this.#recorder.gaps(gapUs, count);
  }

  gapSeries(firstUs: number, incrementUs: number, steps: number, count: number): void {
    this.#recorder.gapSeries(firstUs, incrementUs, steps, count);
  }

  refused(request: SimRequest, reason: string, nowUs: number): void {
    const usage = { promptTokens: request.promptTokens, outputTokens: 0, cachedTokens: 0 };
    const { endpoint, prefillEndpoint, kv } = request.course;
    if (this.#isPrefillLeg(request) && this.handover.isPushed(request)) {
      // One side refuses while the other waits for it: the prefill side until the decode side has room, then that one.
      const other = this.set.all[kv === 'none' ? prefillEndpoint : endpoint]!;
      if (!other.isDown) other.abort(request, nowUs);
    } else if (
      prefillEndpoint >= 0 &&
      !this.#isPrefillLeg(request) &&
      !this.set.all[prefillEndpoint]!.isDown
    ) {
      this.set.all[prefillEndpoint]!.release(request, nowUs);
    }
    this.#gateway.released(request, usage, 'error', nowUs);
    this.#end(request, 'failed', reason, nowUs);
  }

  /** True until the prefill leg of a disaggregated request has ended. */
  #isPrefillLeg({ course }: SimRequest): boolean {
    return course.prefillEndpoint >= 0 && course.transferSinceUs < 0;
  }

  // --- KV transfer ------------------------------------------------------------------------------------------------

  loadRemote(request: SimRequest, tokens: number, nowUs: number): void {
    this.handover.ask(request, tokens, nowUs);
  }

  pushKv(request: SimRequest, tokens: number, isLast: boolean, nowUs: number): void {
    this.handover.push(request, tokens, isLast, nowUs);
  }

  // --- ends -------------------------------------------------------------------------------------------------------

  #end(request: SimRequest, ending: Ending, reason: string, nowUs: number): void {
    const { course } = request;
    course.ending = ending;
    course.reason = reason;
    course.endUs = nowUs;
    this.lastUs = nowUs;
    this.ended += 1;
    if (reason !== '') {
      const why = `${ending}: ${reason}`;
      this.unhappyEnds.set(why, (this.unhappyEnds.get(why) ?? 0) + 1);
    }
    this.#inFlight.delete(request.request.id);
    this.#kernel.fold(request.request.id);
    this.#kernel.fold(nowUs);
    this.#kernel.fold(course.endpoint + 1);
    this.#recorder.ended(request, nowUs);
    this.instances.left(course.endpoint, course.prefillEndpoint, nowUs);
    const next = this.#workload.onFinished(request, ending === 'completed', nowUs);
    if (next !== null) this.#scheduleArrival(next);
    // A stream that waits for its predecessors to drain may go on.
    this.#pullArrival();
  }

  /** A request in flight, with its ground truth. */
  request(id: number): SimRequest {
    const request = this.#inFlight.get(id);
    if (request === undefined) fail(`request ${id} is not in flight`);
    return request;
  }
}
