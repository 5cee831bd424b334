/** Times of single requests, and sums and distributions over a group of them. Times in µs. */
import type { Ending, SimRequest } from '../workload/request.ts';
import { QuantileSketch, type SketchData } from './sketch.ts';
import type { RequestLimits } from './slo.ts';

/** Times of a request in µs; NaN where it has none. One object serves any number of requests. */
export class RequestTimes {
  /** Arrival to first token. */
  ttftUs = Number.NaN;
  /** (E2E - TTFT) / (output tokens - 1), of completed requests with two output tokens or more. */
  tpotUs = Number.NaN;
  /** Arrival to last token, of completed requests. */
  e2eUs = Number.NaN;
  /** Held by the router, and waited in engine queues. */
  queueUs = Number.NaN;
  /** KV transfer, of disaggregated requests. */
  transferUs = Number.NaN;

  /** Derives a request's times from its course; returns itself. */
  of(request: SimRequest): this {
    const { course } = request;
    const arrivalUs = request.request.arrivalUs;
    const hasToken = course.firstTokenUs >= 0;
    const isCompleted = course.ending === 'completed';
    const hasGaps = isCompleted && request.outputTokens > 1;
    this.ttftUs = hasToken ? course.firstTokenUs - arrivalUs : Number.NaN;
    this.tpotUs = hasGaps ? (course.endUs - course.firstTokenUs) / (request.outputTokens - 1) : Number.NaN;
    this.e2eUs = isCompleted ? course.endUs - arrivalUs : Number.NaN;
    this.queueUs = hasToken ? course.dispatchedUs - arrivalUs + course.queueUs : Number.NaN;
    this.transferUs = hasToken && course.prefillEndpoint >= 0 ? course.transferUs : Number.NaN;
    return this;
  }
}

/** `RequestStats` as data that can cross threads. */
export interface StatsData {
  readonly ends: Readonly<Record<Ending, number>>;
  readonly preemptions: number;
  readonly measured: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly computedTokens: number;
  readonly judged: number;
  readonly attained: number;
  readonly ttft: SketchData;
  readonly tpot: SketchData;
  readonly e2e: SketchData;
  readonly queue: SketchData;
  readonly transfer: SketchData;
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
  /** Prompt tokens of these that no cache held at first admission. */
  computedTokens = 0;
  /** Requests held against the SLO, and those within it. */
  judged = 0;
  attained = 0;
  readonly ttft: QuantileSketch;
  readonly tpot: QuantileSketch;
  readonly e2e: QuantileSketch;
  readonly queue: QuantileSketch;
  readonly transfer: QuantileSketch;

  /** Empty, or what `toData` was called on. */
  constructor(data?: StatsData) {
    const sketch = (of: SketchData | undefined): QuantileSketch =>
      of === undefined ? new QuantileSketch() : QuantileSketch.fromData(of);
    this.ttft = sketch(data?.ttft);
    this.tpot = sketch(data?.tpot);
    this.e2e = sketch(data?.e2e);
    this.queue = sketch(data?.queue);
    this.transfer = sketch(data?.transfer);
    if (data === undefined) return;
    Object.assign(this.ends, data.ends);
    this.preemptions = data.preemptions;
    this.measured = data.measured;
    this.inputTokens = data.inputTokens;
    this.outputTokens = data.outputTokens;
    this.computedTokens = data.computedTokens;
    this.judged = data.judged;
    this.attained = data.attained;
  }

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
      this.computedTokens += request.promptTokens - request.course.cachedTokens;
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
    this.computedTokens += other.computedTokens;
    this.judged += other.judged;
    this.attained += other.attained;
    this.ttft.merge(other.ttft);
    this.tpot.merge(other.tpot);
    this.e2e.merge(other.e2e);
    this.queue.merge(other.queue);
    this.transfer.merge(other.transfer);
  }

  /** A copy as plain data. */
  toData(): StatsData {
    const { preemptions, measured, inputTokens, outputTokens, computedTokens, judged, attained } = this;
    return {
      ...{ preemptions, measured, inputTokens, outputTokens, computedTokens, judged, attained },
      ends: { ...this.ends },
      ttft: this.ttft.toData(),
      tpot: this.tpot.toData(),
      e2e: this.e2e.toData(),
      queue: this.queue.toData(),
      transfer: this.transfer.toData(),
    };
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

function addIfKnown(sketch: QuantileSketch, valueUs: number): void {
  if (!Number.isNaN(valueUs)) sketch.add(valueUs);
}
