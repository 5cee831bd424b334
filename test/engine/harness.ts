/** Drives one engine through the real kernel and replica, and writes down what it reports. */

import { MetricsFeed } from '../../sim/cluster/feed.ts';
import { Replica } from '../../sim/cluster/replica.ts';
import type { Engine, EngineSink, Leg } from '../../sim/engine/engine.ts';
import { type Component, Kernel } from '../../sim/kernel/kernel.ts';
import { PHASE } from '../../sim/kernel/phases.ts';
import { ScaledStepModel } from '../../sim/latency/scaled.ts';
import type { StepModel, StepShape } from '../../sim/latency/step-model.ts';
import { type ContentRuns, Course, type SimRequest } from '../../sim/workload/request.ts';
import { EndpointTable } from '../../src/routing/endpoint.ts';
import { NO_HEADERS, type PromptIdentity } from '../../src/routing/request.ts';

/** A step model of four coefficients, as the affine calibration. */
export function affineModel(c: {
  base: number;
  sequence?: number;
  prefill?: number;
  context?: number;
}): StepModel & { shapes: StepShape[] } {
  const sequence = c.sequence ?? 0;
  const prefill = c.prefill ?? 0;
  const context = c.context ?? 0;
  const shapes: StepShape[] = [];
  return {
    shapes,
    prefillChunkUs: () => 0,
    stepUs(shape) {
      shapes.push({ ...shape });
      return (
        c.base +
        (shape.decodeSequences + shape.prefillChunks) * sequence +
        shape.prefillTokens * prefill +
        (shape.decodeContextTokens + shape.prefillContextTokens) * context
      );
    },
    decodeTerms(sequences, _contextTokens, out) {
      out.baseUs = c.base + sequences * sequence;
      out.perContextUs = context;
      out.validToContext = Number.POSITIVE_INFINITY;
    },
    frontEndUs: () => 0,
    provenance: { calibration: 'test', extrapolated: false, notes: [] },
  };
}

const NO_IDENTITY: PromptIdentity = {
  tokens: 0,
  approximateKeys: () => new Uint32Array(0),
  preciseKeys: () => null,
};

/** A request of given content. `runs` are [content id, tokens] pairs. */
export function request(
  id: number,
  runs: readonly (readonly [number, number])[],
  outputTokens: number,
  arrivalUs = 0,
  priority = 0,
): SimRequest {
  const prompt: ContentRuns = { ids: runs.map((r) => r[0]), lengths: runs.map((r) => r[1]) };
  const promptTokens = runs.reduce((sum, r) => sum + r[1], 0);
  return {
    course: new Course(),
    request: {
      id,
      requestId: `r${id}`,
      model: 'm',
      incomingModel: 'm',
      arrivalUs,
      priority,
      fairnessId: 'default-flow',
      prompt: NO_IDENTITY,
      maxOutputTokens: outputTokens,
      sizeBytes: 0,
      headers: NO_HEADERS,
      multimodal: null,
      subset: null,
    },
    prompt,
    promptTokens,
    outputTokens,
    maxTokens: outputTokens,
    outputContentId: 1_000_000 + id,
    classIndex: 0,
    session: -1,
  };
}

/** What happened, in order. */
export interface Happening {
  readonly what: 'admitted' | 'first' | 'finished' | 'preempted' | 'load' | 'refused';
  readonly id: number;
  readonly atUs: number;
  readonly detail: number;
}

/** Runs requests through one engine. */
export class Bench implements Component {
  readonly kernel: Kernel;
  readonly happenings: Happening[] = [];
  /** Every inter-token gap, in order of report; series are spelled out. */
  readonly gaps: number[] = [];
  /** Chunks of KV that were pushed. */
  readonly pushes: { id: number; tokens: number; isLast: boolean; atUs: number }[] = [];
  readonly replica: Replica;
  /** Called on `loadRemote`; default: ready 1,000 µs later. */
  onLoad: (request: SimRequest, tokens: number, nowUs: number) => void;
  readonly #requests = new Map<number, SimRequest>();
  readonly #legs = new Map<number, Leg>();
  readonly #target: number;

  /** `kernel`: a clock that several engines share. */
  constructor(engine: Engine, kernel = new Kernel()) {
    this.kernel = kernel;
    const table = new EndpointTable();
    table.add({ id: 'e0', address: '10.0.0.1:8000', labels: {} });
    const feed = new MetricsFeed(table, 50_000);
    feed.add(0, engine, 0);
    this.#target = this.kernel.register(this);
    this.replica = new Replica({
      index: 0,
      pool: 0,
      engine,
      model: new ScaledStepModel(affineModel({ base: 1 })),
      egress: 0,
      ingress: 0,
      nowUs: 0,
      kernel: this.kernel,
      feed,
      sink: this.#sink(),
    });
    this.onLoad = (r, _tokens, nowUs) =>
      this.kernel.at(nowUs + 1_000, PHASE.transferDone, this.#target, 2, r.request.id);
  }

  /** Schedules a request at its arrival time. */
  arrive(r: SimRequest, leg: Leg = 'whole'): void {
    this.#requests.set(r.request.id, r);
    this.#legs.set(r.request.id, leg);
    this.kernel.at(r.request.arrivalUs, PHASE.deliver, this.#target, 1, r.request.id);
  }

  /** Schedules the abort of a request. */
  abortAt(r: SimRequest, atUs: number): void {
    this.kernel.at(atUs, PHASE.timeout, this.#target, 3, r.request.id);
  }

  run(untilUs = 1e12): void {
    this.kernel.run(untilUs);
  }

  /** Times of one kind of happening by request id. */
  times(what: Happening['what']): Map<number, number> {
    return new Map(this.happenings.filter((h) => h.what === what).map((h) => [h.id, h.atUs]));
  }

  onEvent(code: number, arg: number, nowUs: number): void {
    const r = this.#requests.get(arg)!;
    if (code === 1) this.replica.deliver(r, this.#legs.get(arg)!, nowUs);
    else if (code === 2) this.replica.remoteReady(r, true, nowUs);
    else this.replica.abort(r, nowUs);
  }

  #sink(): EngineSink {
    const note = (what: Happening['what'], r: SimRequest, atUs: number, detail = 0): void => {
      this.happenings.push({ what, id: r.request.id, atUs, detail });
    };
    return {
      admitted: (r, cached, nowUs) => note('admitted', r, nowUs, cached),
      firstToken: (r, nowUs) => note('first', r, nowUs),
      finished: (r, nowUs) => note('finished', r, nowUs),
      preempted: (r, nowUs) => note('preempted', r, nowUs),
      gaps: (gapUs, count) => {
        for (let i = 0; i < count; i++) this.gaps.push(gapUs);
      },
      gapSeries: (firstUs, incrementUs, steps, count) => {
        for (let j = 0; j < steps; j++) {
          for (let i = 0; i < count; i++) this.gaps.push(firstUs + j * incrementUs);
        }
      },
      loadRemote: (r, tokens, nowUs) => {
        note('load', r, nowUs, tokens);
        this.onLoad(r, tokens, nowUs);
      },
      pushKv: (r, tokens, isLast, nowUs) => {
        this.pushes.push({ id: r.request.id, tokens, isLast, atUs: nowUs });
      },
      refused: (r, _reason, nowUs) => note('refused', r, nowUs),
    };
  }
}
