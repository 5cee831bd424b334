/**
 * Takes in every request that ends and every gap between tokens, and keeps counts and distributions: memory does not grow
 * with the run. Mergeable over seeds.
 *
 * Counts hold all requests. Everything else (distributions, tokens, attainment) leaves out requests that arrived before the
 * end of warm-up, and gaps seen before the first request after it.
 */
import type { SloSpec } from '../scenario/schema.ts';
import type { SimRequest } from '../workload/request.ts';
import { Backlog, type BacklogData } from './backlog.ts';
import { PhaseBins, type PhaseBinsData } from './phase-bins.ts';
import { addDecodePhases, PHASES, writeFirstPhases } from './phases.ts';
import { RequestStats, RequestTimes, type StatsData } from './request-stats.ts';
import { QuantileSketch, type SketchData } from './sketch.ts';
import { classLimits, type RequestLimits, requestLimits } from './slo.ts';

/** What a recorder is set up with. */
export interface RecorderOptions {
  readonly warmupUs: number;
  readonly slo: SloSpec | undefined;
  /** Class names of the workload, at least one. */
  readonly classes: readonly string[];
  /** Called with every request that is handed to `ended`. */
  readonly onRecord?: (request: SimRequest) => void;
}

/**
 * The time in which requests arrive, from the first one after warm-up to the last: what came in, and what had been completed
 * by its end. Rates over it leave the drain out, in which a fleet works off what is left without new load.
 */
export interface ArrivalWindow {
  firstUs: number;
  lastUs: number;
  arrived: number;
  completed: number;
  inputTokens: number;
  outputTokens: number;
}

/** A recorder as data that can cross threads. */
export interface RecorderData {
  readonly window: ArrivalWindow;
  readonly warmupUs: number;
  readonly classes: readonly string[];
  readonly firstArrivalUs: number;
  readonly total: StatsData;
  readonly byClass: readonly StatsData[];
  readonly itl: SketchData;
  readonly backlog: BacklogData;
  /** By TTFT, and by E2E. */
  readonly firstPhases: PhaseBinsData;
  readonly phases: PhaseBinsData;
}

/** Where the phases of one request are put together. */
const SCRATCH = new Float64Array(PHASES.length);

const NO_WINDOW: ArrivalWindow = {
  firstUs: Number.POSITIVE_INFINITY,
  lastUs: 0,
  arrived: 0,
  completed: 0,
  inputTokens: 0,
  outputTokens: 0,
};

/** The recorder of one run, or of several merged ones. */
export class Recorder {
  readonly total: RequestStats;
  /** By class, in the order of `classes`; empty when the workload has a single class. */
  readonly byClass: readonly RequestStats[];
  readonly classes: readonly string[];
  /** Time between consecutive output tokens of a request, pooled over tokens, µs. */
  readonly itl: QuantileSketch;
  /** Of one run; merging leaves it as it is. */
  readonly backlog: Backlog;
  /** Phases of completed requests up to the first token, by TTFT; and all phases, by E2E. */
  readonly firstPhases: PhaseBins;
  readonly phases: PhaseBins;
  /** Of one run; merging leaves it as it is. Before the first arrival `firstUs` is Infinity. */
  readonly window: ArrivalWindow;
  readonly warmupUs: number;
  /** Arrival of the first request, µs; Infinity before. */
  firstArrivalUs = Number.POSITIVE_INFINITY;
  readonly #commonLimits: RequestLimits;
  /** By class. */
  readonly #limits: readonly RequestLimits[];
  readonly #onRecord: ((request: SimRequest) => void) | undefined;
  readonly #times = new RequestTimes();
  #isWarm: boolean;

  /** Empty, or with what another one has seen (`data`). */
  constructor(options: RecorderOptions, data?: RecorderData) {
    this.warmupUs = options.warmupUs;
    this.classes = options.classes;
    this.total = new RequestStats(data?.total);
    const classes = options.classes.length > 1 ? options.classes : [];
    this.byClass = classes.map((_, i) => new RequestStats(data?.byClass[i]));
    this.itl = data === undefined ? new QuantileSketch() : QuantileSketch.fromData(data.itl);
    this.backlog = data === undefined ? new Backlog() : Backlog.fromData(data.backlog);
    this.firstPhases = new PhaseBins(data?.firstPhases);
    this.phases = new PhaseBins(data?.phases);
    this.window = { ...(data?.window ?? NO_WINDOW) };
    if (data !== undefined) this.firstArrivalUs = data.firstArrivalUs;
    this.#commonLimits = requestLimits(options.slo);
    this.#limits = options.classes.map((name) => classLimits(options.slo, name));
    this.#onRecord = options.onRecord;
    this.#isWarm = options.warmupUs === 0;
  }

  /** The recorder of a run that has ended elsewhere: to be read and merged, not to be written on. */
  static fromData(data: RecorderData): Recorder {
    return new Recorder({ warmupUs: data.warmupUs, classes: data.classes, slo: undefined }, data);
  }

  /** A copy as plain data. */
  toData(): RecorderData {
    return {
      window: { ...this.window },
      warmupUs: this.warmupUs,
      classes: this.classes,
      firstArrivalUs: this.firstArrivalUs,
      total: this.total.toData(),
      byClass: this.byClass.map((stats) => stats.toData()),
      itl: this.itl.toData(),
      backlog: this.backlog.toData(),
      firstPhases: this.firstPhases.toData(),
      phases: this.phases.toData(),
    };
  }

  /** A request has arrived. It is counted when it is handed to `ended`. */
  arrived(request: SimRequest, nowUs: number): void {
    if (nowUs < this.firstArrivalUs) this.firstArrivalUs = nowUs;
    if (request.request.arrivalUs >= this.warmupUs) this.#widenWindow(nowUs);
    this.backlog.arrived(nowUs);
  }

  #widenWindow(nowUs: number): void {
    this.#isWarm = true;
    const { window, total } = this;
    if (window.arrived === 0) window.firstUs = nowUs;
    window.lastUs = nowUs;
    window.arrived += 1;
    window.completed = total.measured;
    window.inputTokens = total.inputTokens;
    window.outputTokens = total.outputTokens;
  }

  /** A request has ended, or the run has while it was in flight; once for every request. */
  ended(request: SimRequest, nowUs: number): void {
    const ofClass = this.byClass[request.classIndex];
    const times = this.#times.of(request);
    this.total.count(request);
    ofClass?.count(request);
    this.backlog.ended(request.request.arrivalUs, waitUs(request, times.queueUs, nowUs));
    if (request.request.arrivalUs >= this.warmupUs) {
      const limits = this.#limits[request.classIndex] ?? this.#commonLimits;
      this.total.measure(request, times, limits, nowUs);
      ofClass?.measure(request, times, limits, nowUs);
      this.#attribute(request, times);
    }
    this.#onRecord?.(request);
  }

  /** Requests that no simulated engine has served have no phases. */
  #attribute(request: SimRequest, { ttftUs, e2eUs }: RequestTimes): void {
    if (request.course.ending !== 'completed' || request.course.deliveredUs < 0) return;
    writeFirstPhases(request, SCRATCH);
    this.firstPhases.add(ttftUs, SCRATCH);
    addDecodePhases(request, SCRATCH);
    this.phases.add(e2eUs, SCRATCH);
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
    this.firstPhases.merge(other.firstPhases);
    this.phases.merge(other.phases);
    this.firstArrivalUs = Math.min(this.firstArrivalUs, other.firstArrivalUs);
  }
}

/** Time in queues; of a request that is in flight without a first token, its age. */
function waitUs(request: SimRequest, queueUs: number, nowUs: number): number {
  const isWaiting = request.course.ending === 'inFlight' && Number.isNaN(queueUs);
  return isWaiting ? nowUs - request.request.arrivalUs : queueUs;
}
