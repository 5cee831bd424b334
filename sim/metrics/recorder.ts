/**
 * Takes in every request that ends and every gap between tokens, and keeps counts and distributions: memory does not grow
 * with the run. Mergeable over seeds.
 *
 * Counts hold all requests. Everything else (distributions, tokens, attainment) leaves out requests that arrived before the
 * end of warm-up, and gaps seen before the first request after it.
 */
import type { SloSpec } from '../scenario/schema.ts';
import type { Ending, SimRequest } from '../workload/request.ts';
import { QuantileSketch } from './sketch.ts';
import { type RequestLimits, requestLimits } from './slo.ts';

/** What a recorder is set up with. */
export interface RecorderOptions {
  readonly warmupUs: number;
  readonly slo: SloSpec | undefined;
  /** Class names of the workload, at least one. */
  readonly classes: readonly string[];
  /** Called with every request that is handed to `ended`. */
  readonly onRecord?: (request: SimRequest) => void;
}

/** Times of a request in µs; NaN where it has none. */
export interface RequestTimes {
  /** Arrival to first token. */
  readonly ttftUs: number;
  /** (E2E - TTFT) / (output tokens - 1), of completed requests with two output tokens or more. */
  readonly tpotUs: number;
  /** Arrival to last token, of completed requests. */
  readonly e2eUs: number;
  /** Held by the router, and waited in engine queues. */
  readonly queueUs: number;
  /** KV transfer, of disaggregated requests. */
  readonly transferUs: number;
}

/** Derives a request's times from its course. */
export function requestTimes(request: SimRequest): RequestTimes {
  const { course } = request;
  const arrivalUs = request.request.arrivalUs;
  const hasToken = course.firstTokenUs >= 0;
  const isCompleted = course.ending === 'completed';
  const hasGaps = isCompleted && request.outputTokens > 1;
  return {
    ttftUs: hasToken ? course.firstTokenUs - arrivalUs : Number.NaN,
    tpotUs: hasGaps ? (course.endUs - course.firstTokenUs) / (request.outputTokens - 1) : Number.NaN,
    e2eUs: isCompleted ? course.endUs - arrivalUs : Number.NaN,
    queueUs: hasToken ? course.dispatchedUs - arrivalUs + course.queueUs : Number.NaN,
    transferUs: hasToken && course.prefillEndpoint >= 0 ? course.transferUs : Number.NaN,
  };
}

/** Sums and distributions of a group of requests. Times in µs. */
export class RequestStats {
  readonly ends: Record<Ending, number> = {
    completed: 0,
    rejected: 0,
    failed: 0,
    cancelled: 0,
    expired: 0,
    inFlight: 0,
  };
  preemptions = 0;
  /** Completed requests that arrived after warm-up, and their tokens. */
  measured = 0;
  inputTokens = 0;
  outputTokens = 0;
  /** Requests held against the SLO, and those within it. */
  judged = 0;
  attained = 0;
  readonly ttft = new QuantileSketch();
  readonly tpot = new QuantileSketch();
  readonly e2e = new QuantileSketch();
  readonly queue = new QuantileSketch();
  readonly transfer = new QuantileSketch();

  get arrived(): number {
    const { completed, rejected, failed, cancelled, expired, inFlight } = this.ends;
    return completed + rejected + failed + cancelled + expired + inFlight;
  }

  count(request: SimRequest): void {
    this.ends[request.course.ending] += 1;
    this.preemptions += request.course.preemptions;
  }

  measure(request: SimRequest, times: RequestTimes, limits: RequestLimits, nowUs: number): void {
    if (request.course.ending === 'completed') {
      this.measured += 1;
      this.inputTokens += request.promptTokens;
      this.outputTokens += request.outputTokens;
    }
    addIfKnown(this.ttft, times.ttftUs);
    addIfKnown(this.tpot, times.tpotUs);
    addIfKnown(this.e2e, times.e2eUs);
    addIfKnown(this.queue, times.queueUs);
    addIfKnown(this.transfer, times.transferUs);
    this.#judge(request, times, limits, nowUs);
  }

  merge(other: RequestStats): void {
    for (const ending of ENDINGS) this.ends[ending] += other.ends[ending];
    this.preemptions += other.preemptions;
    this.measured += other.measured;
    this.inputTokens += other.inputTokens;
    this.outputTokens += other.outputTokens;
    this.judged += other.judged;
    this.attained += other.attained;
    this.ttft.merge(other.ttft);
    this.tpot.merge(other.tpot);
    this.e2e.merge(other.e2e);
    this.queue.merge(other.queue);
    this.transfer.merge(other.transfer);
  }

  /** A request still in flight is held against the SLO only once it has broken a limit: what it will be is not known. */
  #judge(request: SimRequest, times: RequestTimes, limits: RequestLimits, nowUs: number): void {
    if (request.course.ending === 'inFlight') {
      const ageUs = nowUs - request.request.arrivalUs;
      const ttftUs = Number.isNaN(times.ttftUs) ? ageUs : times.ttftUs;
      if (ttftUs > limits.ttftUs || ageUs > limits.e2eUs) this.judged += 1;
      return;
    }
    this.judged += 1;
    const isWithin =
      request.course.ending === 'completed' &&
      times.ttftUs <= limits.ttftUs &&
      times.e2eUs <= limits.e2eUs &&
      !(times.tpotUs > limits.tpotUs);
    if (isWithin) this.attained += 1;
  }
}

const ENDINGS: readonly Ending[] = ['completed', 'rejected', 'failed', 'cancelled', 'expired', 'inFlight'];

/** The recorder of one run, or of several merged ones. */
export class Recorder {
  readonly total = new RequestStats();
  /** By class, in the order of `classes`; empty when the workload has a single class. */
  readonly byClass: readonly RequestStats[];
  readonly classes: readonly string[];
  /** Time between consecutive output tokens of a request, pooled over tokens, µs. */
  readonly itl = new QuantileSketch();
  readonly warmupUs: number;
  /** Arrival of the first request, µs; Infinity before. */
  firstArrivalUs = Number.POSITIVE_INFINITY;
  readonly #limits: RequestLimits;
  readonly #onRecord: ((request: SimRequest) => void) | undefined;
  #isWarm: boolean;

  constructor(options: RecorderOptions) {
    this.warmupUs = options.warmupUs;
    this.classes = options.classes;
    this.byClass = options.classes.length > 1 ? options.classes.map(() => new RequestStats()) : [];
    this.#limits = requestLimits(options.slo);
    this.#onRecord = options.onRecord;
    this.#isWarm = options.warmupUs === 0;
  }

  /** A request has arrived. It is counted when it is handed to `ended`. */
  arrived(request: SimRequest, nowUs: number): void {
    if (nowUs < this.firstArrivalUs) this.firstArrivalUs = nowUs;
    if (request.request.arrivalUs >= this.warmupUs) this.#isWarm = true;
  }

  /** A request has ended, or the run has while it was in flight; once for every request. */
  ended(request: SimRequest, nowUs: number): void {
    const ofClass = this.byClass[request.classIndex];
    this.total.count(request);
    ofClass?.count(request);
    if (request.request.arrivalUs >= this.warmupUs) {
      const times = requestTimes(request);
      this.total.measure(request, times, this.#limits, nowUs);
      ofClass?.measure(request, times, this.#limits, nowUs);
    }
    this.#onRecord?.(request);
  }

  /** `count` gaps between consecutive tokens, each `gapUs` long. */
  gaps(gapUs: number, count: number): void {
    if (this.#isWarm) this.itl.add(gapUs, count);
  }

  /** Gaps of a decode segment: step j of `steps` (from 0) gave `count` gaps of `firstUs + j * incrementUs`. */
  gapSeries(firstUs: number, incrementUs: number, steps: number, count: number): void {
    if (this.#isWarm) this.itl.addSeries(firstUs, incrementUs, steps, count);
  }

  /** Takes in what another recorder of the same classes and SLO has seen. */
  merge(other: Recorder): void {
    this.total.merge(other.total);
    for (const [i, stats] of this.byClass.entries()) stats.merge(other.byClass[i]!);
    this.itl.merge(other.itl);
    this.firstArrivalUs = Math.min(this.firstArrivalUs, other.firstArrivalUs);
  }
}

function addIfKnown(sketch: QuantileSketch, valueUs: number): void {
  if (!Number.isNaN(valueUs)) sketch.add(valueUs);
}
