/**
 * A fleet in simulated time: the composition of workload, router, replicas, network and recorder around one kernel. It is
 * the simulator's shell of the production router, as `src/server` is the one of HTTP: requests go in through
 * `router.arrive`, decisions come back through `RouterOutput`, responses are reported with `firstToken` and `finished`.
 *
 * A request's way: arrival -> router -> front end -> engine (-> KV transfer -> second engine) -> end. It ends in exactly
 * one bucket: `#end` is the only place that hands it to the recorder.
 */
import { assert, fail } from '../../src/core/check.ts';
import { IdMap } from '../../src/core/id-map.ts';
import type {
  Dispatch,
  Rejection,
  ResponseUsage,
  Router,
  RouterOutput,
  TerminationCause,
} from '../../src/routing/contract.ts';
import type { EndpointTable } from '../../src/routing/endpoint.ts';
import type { InferenceRequest } from '../../src/routing/request.ts';
import type { EngineSink, Leg } from '../engine/engine.ts';
import { type Component, gridUs, type Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phases.ts';
import type { Recorder } from '../metrics/recorder.ts';
import { FairShareNetwork } from '../net/fair-share.ts';
import type { Ending, SimRequest } from '../workload/request.ts';
import type { Workload } from '../workload/workload.ts';
import { MetricsFeed } from './feed.ts';
import type { Fleet } from './fleet.ts';
import { Replica } from './replica.ts';

const CODE_ARRIVE = 1;
const CODE_DELIVER = 2;
const CODE_PREFILL = 3;
const CODE_DECODE = 4;
const CODE_NETWORK = 5;
const CODE_ROUTER = 6;

/** What a cluster is made of. */
export interface ClusterParts {
  readonly kernel: Kernel;
  readonly fleet: Fleet;
  readonly table: EndpointTable;
  readonly workload: Workload;
  readonly recorder: Recorder;
  readonly scrapeIntervalUs: number;
  readonly fastForward: boolean;
  /** Builds the router around the cluster's output. */
  readonly makeRouter: (output: RouterOutput) => Router;
}

/** The running fleet. */
export class Cluster implements Component, RouterOutput, EngineSink {
  readonly replicas: Replica[] = [];
  /** KV transfer time by pool, summed over transfers into it, µs. */
  readonly transferUsByPool: number[];
  /** Reasons of refusal and how often each was given. */
  readonly refusals = new Map<string, number>();
  /** Time of the last thing that happened to a request, µs. */
  lastUs = 0;
  arrived = 0;
  ended = 0;
  readonly #kernel: Kernel;
  readonly #fleet: Fleet;
  readonly #workload: Workload;
  readonly #recorder: Recorder;
  readonly #router: Router;
  readonly #feed: MetricsFeed;
  readonly #network = new FairShareNetwork();
  readonly #egress: number[] = [];
  readonly #ingress: number[] = [];
  readonly #target: number;
  readonly #inFlight = new IdMap<SimRequest>();
  readonly #done: number[] = [];
  /** Id of the open-loop request whose arrival is scheduled; -1 none. Follow-ups are scheduled beside it. */
  #drawnAhead = -1;
  #networkWakeUs = Number.POSITIVE_INFINITY;
  #routerWakeUs = Number.POSITIVE_INFINITY;

  constructor(parts: ClusterParts) {
    this.#kernel = parts.kernel;
    this.#fleet = parts.fleet;
    this.#workload = parts.workload;
    this.#recorder = parts.recorder;
    this.#target = parts.kernel.register(this);
    this.#feed = new MetricsFeed(parts.table, parts.scrapeIntervalUs);
    this.transferUsByPool = parts.fleet.pools.map(() => 0);
    for (const [pool, setup] of parts.fleet.pools.entries()) {
      for (let i = 0; i < setup.replicas; i++) this.#addReplica(pool, parts);
    }
    this.#router = parts.makeRouter(this);
    this.#pullArrival();
  }

  onEvent(code: number, arg: number, nowUs: number): void {
    switch (code) {
      case CODE_ARRIVE:
        this.#arrive(this.#request(arg), nowUs);
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
      case CODE_NETWORK:
        this.#networkEvent(nowUs);
        return;
      default:
        this.#routerEvent(nowUs);
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

  // --- arrivals and routing ---------------------------------------------------------------------------------------

  #addReplica(pool: number, parts: ClusterParts): void {
    const setup = parts.fleet.pools[pool]!;
    const index = this.replicas.length;
    const row = parts.table.add({
      id: `${setup.name}-${index}`,
      address: `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}:8000`,
      labels: setup.labels,
    });
    assert(row === index, 'replicas are numbered as their endpoint rows');
    const engine = setup.engine.create(setup.stepModel, parts.fastForward);
    this.#feed.add(row, engine, 0);
    this.replicas.push(
      new Replica({ index, pool, engine, kernel: parts.kernel, feed: this.#feed, sink: this }),
    );
    this.#egress.push(this.#network.addLink(setup.linkBytesPerUs));
    this.#ingress.push(this.#network.addLink(setup.linkBytesPerUs));
  }

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
    this.#feed.beforeLook(nowUs);
    this.#router.arrive(request.request, nowUs);
    this.#armRouter(nowUs);
  }

  dispatch(routed: InferenceRequest, dispatch: Dispatch, nowUs: number): void {
    const request = this.#request(routed.id);
    const { course } = request;
    course.dispatchedUs = nowUs;
    course.endpoint = dispatch.rows[0]!;
    course.prefillEndpoint = dispatch.prefillRow;
    const first = dispatch.prefillRow >= 0 ? dispatch.prefillRow : course.endpoint;
    const setup = this.#setup(first);
    const atUs = gridUs(nowUs + setup.stepModel.frontEndUs(request.promptTokens));
    const code = dispatch.prefillRow >= 0 ? CODE_PREFILL : CODE_DELIVER;
    this.#kernel.at(atUs, PHASE.deliver, this.#target, code, routed.id);
  }

  reject(routed: InferenceRequest, rejection: Rejection, nowUs: number): void {
    const request = this.#request(routed.id);
    const ending: Ending =
      rejection.reason === 'rejected-ttl-expired'
        ? 'expired'
        : rejection.reason === 'rejected-context-cancelled'
          ? 'cancelled'
          : 'rejected';
    this.#end(request, ending, `${rejection.status} ${rejection.reason ?? rejection.message}`, nowUs);
  }

  evict(routed: InferenceRequest, nowUs: number): void {
    const request = this.#request(routed.id);
    const { course } = request;
    this.replicas[course.endpoint]!.abort(request, nowUs);
    if (course.prefillEndpoint >= 0) this.replicas[course.prefillEndpoint]!.abort(request, nowUs);
    const usage = { promptTokens: request.promptTokens, outputTokens: 0, cachedTokens: course.cachedTokens };
    this.#release(request, usage, 'evicted', nowUs);
    this.#end(request, 'rejected', 'evicted', nowUs);
  }

  #armRouter(nowUs: number): void {
    if (this.#router.queued === 0) return;
    const wakeUs = this.#router.advance(nowUs);
    if (wakeUs < this.#routerWakeUs) {
      this.#routerWakeUs = wakeUs;
      this.#kernel.at(Math.max(gridUs(wakeUs), nowUs), PHASE.control, this.#target, CODE_ROUTER, 0);
    }
  }

  #routerEvent(nowUs: number): void {
    this.#routerWakeUs = Number.POSITIVE_INFINITY;
    this.#feed.beforeLook(nowUs);
    this.#armRouter(nowUs);
  }

  // --- engines ----------------------------------------------------------------------------------------------------

  #deliver(id: number, leg: Leg, nowUs: number): void {
    const request = this.#inFlight.get(id);
    if (request === undefined) return;
    request.course.queuedSinceUs = nowUs;
    const { endpoint, prefillEndpoint } = request.course;
    this.replicas[leg === 'prefill' ? prefillEndpoint : endpoint]!.deliver(request, leg, nowUs);
  }

  admitted(request: SimRequest, cachedTokens: number, nowUs: number): void {
    const { course } = request;
    if (course.admissions === 0) course.cachedTokens = cachedTokens;
    course.admissions += 1;
    course.queueUs += nowUs - course.queuedSinceUs;
    course.queuedSinceUs = -1;
  }

  firstToken(request: SimRequest, nowUs: number): void {
    const { course } = request;
    // The token of a prefill leg is discarded: the decode side computes the last prompt token again and samples itself.
    if (this.#isPrefillLeg(request)) return;
    course.firstTokenUs = nowUs;
    this.#router.firstToken(request.request, nowUs);
  }

  finished(request: SimRequest, nowUs: number): void {
    if (this.#isPrefillLeg(request)) {
      const setup = this.#setup(request.course.endpoint);
      const atUs = gridUs(nowUs + setup.handoverUs);
      // From here on the request is the decode side's.
      request.course.transferSinceUs = nowUs;
      this.#kernel.at(atUs, PHASE.deliver, this.#target, CODE_DECODE, request.request.id);
      return;
    }
    const usage = {
      promptTokens: request.promptTokens,
      outputTokens: request.outputTokens,
      cachedTokens: request.course.cachedTokens,
    };
    this.#release(request, usage, 'natural', nowUs);
    this.#end(request, 'completed', '', nowUs);
  }

  preempted(request: SimRequest, nowUs: number): void {
    request.course.preemptions += 1;
    request.course.queuedSinceUs = nowUs;
  }

  gaps(gapUs: number, count: number): void {
    this.#recorder.gaps(gapUs, count);
  }

  gapSeries(firstUs: number, incrementUs: number, steps: number, count: number): void {
    this.#recorder.gapSeries(firstUs, incrementUs, steps, count);
  }

  refused(request: SimRequest, reason: string, nowUs: number): void {
    this.refusals.set(reason, (this.refusals.get(reason) ?? 0) + 1);
    const usage = { promptTokens: request.promptTokens, outputTokens: 0, cachedTokens: 0 };
    const { prefillEndpoint } = request.course;
    if (prefillEndpoint >= 0 && !this.#isPrefillLeg(request)) {
      this.replicas[prefillEndpoint]!.release(request, nowUs);
    }
    this.#release(request, usage, 'error', nowUs);
    this.#end(request, 'failed', reason, nowUs);
  }

  /** Tells the router that a response has ended; what it queued may go on at once. */
  #release(request: SimRequest, usage: ResponseUsage, cause: TerminationCause, nowUs: number): void {
    if (this.#router.queued > 0) this.#feed.beforeLook(nowUs);
    this.#router.finished(request.request, usage, cause, nowUs);
    this.#armRouter(nowUs);
  }

  /** True until the prefill leg of a disaggregated request has ended. */
  #isPrefillLeg(request: SimRequest): boolean {
    return request.course.prefillEndpoint >= 0 && request.course.transferSinceUs < 0;
  }

  // --- KV transfer ------------------------------------------------------------------------------------------------

  loadRemote(request: SimRequest, tokens: number, nowUs: number): void {
    const { course } = request;
    const from = course.prefillEndpoint;
    const to = course.endpoint;
    const setup = this.#setup(to);
    course.transferSinceUs = nowUs;
    const bytes = tokens * this.#setup(from).kvBytesPerToken;
    const links = [this.#egress[from]!, this.#ingress[to]!];
    this.#network.begin(request.request.id, links, bytes, setup.linkBaseUs, nowUs);
    this.#armNetwork(nowUs);
  }

  #networkEvent(nowUs: number): void {
    this.#networkWakeUs = Number.POSITIVE_INFINITY;
    const done = this.#done;
    done.length = 0;
    this.#network.collect(nowUs, done);
    for (const id of done) {
      const request = this.#inFlight.get(id);
      if (request === undefined) continue;
      const { course } = request;
      const durationUs = nowUs - course.transferSinceUs;
      course.transferUs += durationUs;
      const pool = this.replicas[course.endpoint]!.pool;
      this.transferUsByPool[pool] = this.transferUsByPool[pool]! + durationUs;
      this.replicas[course.prefillEndpoint]!.release(request, nowUs);
      this.replicas[course.endpoint]!.remoteReady(request, true, nowUs);
    }
    this.#armNetwork(nowUs);
  }

  #armNetwork(nowUs: number): void {
    const nextUs = this.#network.nextUs();
    if (nextUs >= this.#networkWakeUs) return;
    this.#networkWakeUs = nextUs;
    this.#kernel.at(Math.max(nextUs, nowUs), PHASE.transferDone, this.#target, CODE_NETWORK, 0);
  }

  // --- ends -------------------------------------------------------------------------------------------------------

  #end(request: SimRequest, ending: Ending, reason: string, nowUs: number): void {
    const { course } = request;
    course.ending = ending;
    course.reason = reason;
    course.endUs = nowUs;
    this.lastUs = nowUs;
    this.ended += 1;
    this.#inFlight.delete(request.request.id);
    this.#kernel.fold(request.request.id);
    this.#kernel.fold(nowUs);
    this.#kernel.fold(course.endpoint + 1);
    this.#recorder.ended(request, nowUs);
    const next = this.#workload.onFinished(request, ending === 'completed', nowUs);
    if (next !== null) this.#scheduleArrival(next);
    // A stream that waits for its predecessors to drain may go on.
    this.#pullArrival();
  }

  #request(id: number): SimRequest {
    const request = this.#inFlight.get(id);
    if (request === undefined) fail(`request ${id} is not in flight`);
    return request;
  }

  #setup(row: number): Fleet['pools'][number] {
    return this.#fleet.pools[this.replicas[row]!.pool]!;
  }
}
