/**
 * Compiles a deployment into a step model that costs nanoseconds: everything that depends on the number of
 * tokens alone is tabulated on first use, attention is closed form.
 *
 * A pure decode step is exactly `base + perContext * context` within a bucket of mean context. The split-KV
 * term log2(1 + c/128) is taken at the middle of its bucket (a quarter of a power of two: at most an eighth
 * of `perLogContextUs` off), windows are cut where the mean context reaches them, and a host-bound step is
 * flat up to the context at which the GPU takes over. Mean context stands for each sequence's own in windows.
 *
 * Pipeline stages: the batch is cut into as many micro-batches as there are stages (or sequences, if fewer),
 * each passing all stages, so that a step lasts what one micro-batch takes from end to end. For engines that
 * form micro-batches themselves (`Deployment.microBatches` 1) a step is one of those, whole.
 */
import { assert } from '../../src/core/check.ts';
import { type DecodeAttention, decodeAttention, prefillChunkUs, prefillFixedUs } from './attention.ts';
import type { BuiltStepModel } from './build.ts';
import type { Calibration, HostOverhead } from './calibration.ts';
import { type CudaGraphs, NO_GRAPHS, paddingTable, vllmGraphs } from './cuda-graphs.ts';
import type { Deployment, DrafterCost } from './deployment.ts';
import { DraftModel } from './draft-model.ts';
import { hardwareOf } from './hardware.ts';
import { chooseKernels } from './kernels.ts';
import { finalNormUs, headUs, type LayerContext, layerContext, layersUs } from './layers.ts';
import { stageHandoverUs } from './operators/collectives.ts';
import { provenanceOf } from './provenance.ts';
import type { DecodeTerms, ModelProvenance, StepModel, StepShape } from './step-model.ts';

/** Buckets of mean context per doubling of 1 + c/128, and how many there are (up to 128 * 2^20 tokens). */
const BUCKETS_PER_DOUBLING = 4;
const BUCKETS = 80;

/** Sequences of the step that a first token's delay is measured in. */
const LAG_SEQUENCES = 16;

/** Compiles a deployment under a calibration. */
export function compileStepModel(deployment: Deployment, calibration: Calibration): BuiltStepModel {
  assert(deployment.maxBatchedTokens >= 1 && deployment.maxSeqs >= 1, 'a step holds at least one token');
  const own = hardwareOf(deployment.gpu);
  const isMixedLeftOut = calibration.without.includes('mixed-attention');
  const hardware = isMixedLeftOut ? { ...own, mixedStepPenalty: false } : own;
  const kernels = chooseKernels(deployment, hardware, calibration);
  const context = layerContext(deployment, hardware, kernels);
  return new CompiledStepModel(context, calibration, provenanceOf(context, calibration));
}

/** The draft model of speculative decoding, if it has one: on the same GPUs, without sampling or host time of its own. */
function draftModelOf(
  target: StepModel,
  deployment: Deployment,
  calibration: Calibration,
): DraftModel | null {
  const { drafter, ...own } = deployment;
  if (drafter?.model === undefined) return null;
  const { model } = drafter;
  const precision = { ...own.precision, weights: model.nativePrecision };
  const silent = {
    ...calibration,
    dense: NO_HOST,
    moe: NO_HOST,
    sampler: NO_SAMPLER,
    eagerLayerUs: 0,
    promptLayerUs: 0,
    promptMoeLayerUs: 0,
  };
  return new DraftModel(compileStepModel({ ...own, model, precision }, silent), target, drafter);
}

const NO_HOST: HostOverhead = { mode: 'add', baseUs: 0, perSequenceUs: 0, tailUs: 0 };
const NO_SAMPLER = { fixedUs: 0, bytesPerEntry: 0 };

class CompiledStepModel implements BuiltStepModel {
  readonly provenance: ModelProvenance;
  readonly #context: LayerContext;
  readonly #calibration: Calibration;
  readonly #host: HostOverhead;
  readonly #decode: DecodeAttention;
  readonly #mixedDecode: DecodeAttention;
  readonly #prefillFixedUs: number;
  readonly #padded: Int32Array;
  /** Layers by tokens and head by rows, µs; NaN until first asked for. */
  readonly #layers: Float64Array;
  readonly #heads: Float64Array;
  /** Last mean context of each bucket. */
  readonly #bucketEnds = new Float64Array(BUCKETS);
  #bucket = 0;
  /** Padding is left out. */
  readonly #isUnpadded: boolean;
  readonly #stages: number;
  /** Micro-batches that a batch is cut into. */
  readonly #cuts: number;
  readonly #graphs: CudaGraphs;
  readonly #draftModel: DraftModel | null;
  /** Host time of a step whose kernels are launched one by one, without and with prompts in it, µs. */
  readonly #launchUs: number;
  readonly #promptLaunchUs: number;
  /** Delay of a first token (`firstTokenLagSteps`), µs. */
  readonly #lagUs: number;
  readonly #terms: DecodeTerms = { baseUs: 0, perContextUs: 0, validToContext: 0 };

  constructor(context: LayerContext, calibration: Calibration, provenance: ModelProvenance) {
    const { deployment } = context;
    const { model, maxSeqs, enforceEager } = deployment;
    this.provenance = provenance;
    this.#context = context;
    this.#calibration = calibration;
    this.#host = model.moe === undefined ? calibration.dense : calibration.moe;
    this.#decode = decodeAttention(context, false);
    this.#mixedDecode = decodeAttention(context, true);
    this.#prefillFixedUs = prefillFixedUs(context);
    this.#graphs = enforceEager ? NO_GRAPHS : (deployment.cudaGraphs ?? vllmGraphs(maxSeqs));
    this.#padded = paddingTable(this.#graphs);
    this.#isUnpadded = calibration.without.includes('graph-padding');
    this.#draftModel = draftModelOf(this, deployment, calibration);
    const mostTokens = Math.max(deployment.maxBatchedTokens, this.#padded.length - 1);
    this.#layers = new Float64Array(mostTokens + 1).fill(Number.NaN);
    this.#heads = new Float64Array(Math.max(maxSeqs, mostTokens) + 1).fill(Number.NaN);
    this.#stages = deployment.pp;
    this.#cuts = deployment.microBatches ?? deployment.pp;
    this.#launchUs = model.layers * calibration.eagerLayerUs;
    const isMoe = model.moe !== undefined;
    this.#promptLaunchUs = model.layers * (isMoe ? calibration.promptMoeLayerUs : calibration.promptLayerUs);
    for (let k = 0; k < BUCKETS; k++) {
      this.#bucketEnds[k] = 128 * (2 ** ((k + 1) / BUCKETS_PER_DOUBLING) - 1);
    }
    const sequences = Math.min(LAG_SEQUENCES, maxSeqs, mostTokens);
    this.decodeTerms(sequences, sequences, this.#terms);
    this.#lagUs = calibration.firstTokenLagSteps * this.#terms.baseUs;
  }

  frontEndUs(promptTokens: number): number {
    const { frontEndUs, frontEndPerTokenUs } = this.#calibration;
    return frontEndUs + promptTokens * frontEndPerTokenUs + this.#lagUs;
  }

  handoverUs(): number {
    return this.#calibration.handoverUs;
  }

  prefillChunkUs(prefix: number, tokens: number): number {
    return prefillChunkUs(this.#context, prefix, tokens);
  }

  stepUs(shape: Readonly<StepShape>): number {
    const { decodeSequences, decodeContextTokens } = shape;
    const terms = this.#terms;
    if (shape.prefillChunks === 0 && shape.draftTokens === 0) {
      this.decodeTerms(decodeSequences, decodeContextTokens, terms);
      return terms.baseUs + terms.perContextUs * decodeContextTokens;
    }
    const batches = Math.min(this.#cuts, decodeSequences + shape.prefillChunks);
    const tokens = decodeSequences + shape.draftTokens + shape.prefillTokens;
    const prompts = shape.prefillChunks > 0;
    const isPadded = this.#graphs.prefill || !prompts;
    const rows = isPadded ? this.#paddedRows(tokens / batches) : Math.ceil(tokens / batches);
    let gpuUs = this.#rowsUs(rows) + this.#headUs(shape.sampledRows / batches);
    gpuUs += shape.prefillAttentionUs / batches + this.#stageUs(tokens / batches);
    if (prompts) gpuUs += this.#prefillFixedUs;
    if (decodeSequences > 0) {
      const attention = prompts ? this.#mixedDecode : this.#decode;
      this.#attentionTerms(attention, decodeSequences, decodeContextTokens, batches, terms);
      gpuUs += terms.baseUs + terms.perContextUs * decodeContextTokens;
    }
    const { drafter } = this.#context.deployment;
    if (this.#draftModel !== null) gpuUs += this.#draftModel.proposeUs(shape);
    else if (drafter !== undefined) gpuUs += this.#headDrafterUs(drafter, shape, rows);
    const isLaunched = prompts && !(this.#graphs.prefill && rows < this.#padded.length);
    return this.#withHost(gpuUs, decodeSequences + shape.prefillChunks, isLaunched);
  }

  decodeTerms(sequences: number, contextTokens: number, out: DecodeTerms): void {
    const batches = this.#cuts === 1 ? 1 : Math.min(this.#cuts, sequences);
    const rows = sequences / batches;
    this.#attentionTerms(this.#decode, sequences, contextTokens, batches, out);
    out.baseUs += this.#rowsUs(this.#paddedRows(rows)) + this.#headUs(rows) + this.#stageUs(rows);
    const launchUs = this.#hasGraph(rows) ? 0 : this.#launchUs;
    const host = this.#host;
    const hostUs = host.baseUs + host.perSequenceUs * sequences;
    if (host.mode === 'add') {
      out.baseUs += hostUs;
      if (launchUs > 0) atLeast(out, launchUs, contextTokens);
      return;
    }
    atLeast(out, Math.max(hostUs, launchUs), contextTokens);
    out.baseUs += host.tailUs;
  }

  /** Proposing the next drafts by a head: its share of the layers, and the target's head, in every pass. */
  #headDrafterUs(drafter: DrafterCost, shape: Readonly<StepShape>, rows: number): number {
    const { decodeSequences, decodeContextTokens } = shape;
    const share = drafter.layers / this.#context.deployment.model.layers;
    let us = share * (this.#rowsUs(rows) + shape.prefillAttentionUs) + this.#headUs(shape.sampledRows);
    if (decodeSequences === 0) return us;
    const further = decodeSequences * drafter.width;
    us += (drafter.passes - 1) * (share * this.#rowsUs(this.#paddedRows(further)) + this.#headUs(further));
    const terms = this.#terms;
    this.#attentionTerms(this.#decode, decodeSequences, decodeContextTokens, 1, terms);
    return us + drafter.passes * share * (terms.baseUs + terms.perContextUs * decodeContextTokens);
  }

  /**
   * Adds the host's share to the GPU time of a step that holds prompt chunks; `isLaunched`: outside of CUDA
   * graphs.
   */
  #withHost(gpuUs: number, sequences: number, isLaunched: boolean): number {
    const host = this.#host;
    const hostUs = host.baseUs + host.perSequenceUs * sequences;
    const eagerUs = this.#graphs === NO_GRAPHS ? this.#launchUs : 0;
    const launchUs = isLaunched ? Math.max(eagerUs, this.#promptLaunchUs) : eagerUs;
    if (host.mode === 'add') return Math.max(gpuUs + hostUs, launchUs);
    return Math.max(gpuUs, hostUs, launchUs) + host.tailUs;
  }

  /** Decode attention of one micro-batch of `batches`, as terms of the whole batch's context. */
  #attentionTerms(
    attention: DecodeAttention,
    sequences: number,
    contextTokens: number,
    batches: number,
    out: DecodeTerms,
  ): void {
    const bucket = this.#bucketOf(sequences, contextTokens);
    let base =
      attention.fixedUs +
      attention.perLogContextUs * ((bucket + 0.5) / BUCKETS_PER_DOUBLING) +
      (attention.perSequenceUs * sequences) / batches;
    let perContext = attention.perContextUs;
    let valid = this.#bucketEnds[bucket]! * sequences;
    const { windows } = attention;
    for (let i = 0; i < windows.length; i++) {
      const window = windows[i]!;
      const full = window.windowTokens * sequences;
      if (contextTokens <= full) {
        perContext += window.perContextUs;
        if (full < valid) valid = full;
      } else {
        base += (window.perContextUs * full) / batches;
      }
    }
    out.baseUs = base;
    out.perContextUs = perContext / batches;
    out.validToContext = valid;
  }

  /** The bucket whose end, times `sequences`, is the first at or above `contextTokens`. */
  #bucketOf(sequences: number, contextTokens: number): number {
    const ends = this.#bucketEnds;
    // Batches change little from call to call: most lie in the bucket of the one before.
    let bucket = this.#bucket;
    const isAbove = bucket === 0 || contextTokens > ends[bucket - 1]! * sequences;
    if (isAbove && contextTokens <= ends[bucket]! * sequences) return bucket;
    const mean = contextTokens / sequences;
    bucket = Math.floor(Math.log2(1 + mean / 128) * BUCKETS_PER_DOUBLING);
    if (bucket >= BUCKETS) bucket = BUCKETS - 1;
    // Rounding may put a context at a bucket's very end on either side of it.
    if (bucket > 0 && contextTokens <= ends[bucket - 1]! * sequences) bucket -= 1;
    if (contextTokens > ends[bucket]! * sequences && bucket < BUCKETS - 1) bucket += 1;
    this.#bucket = bucket;
    return bucket;
  }

  /** Rows computed for a number of tokens, padded as CUDA graphs pad. */
  #paddedRows(tokens: number): number {
    const whole = Math.ceil(tokens);
    if (whole >= this.#padded.length || this.#isUnpadded) return whole;
    return this.#padded[whole]! || whole;
  }

  /** Whether a decode step of so many sequences need not wait for kernel launches. */
  #hasGraph(sequences: number): boolean {
    if (!this.#graphs.hostBoundWithout) return true;
    const whole = Math.ceil(sequences);
    return whole < this.#padded.length && this.#padded[whole]! > 0;
  }

  /** Layers without attention and the final norm, for rows that are padded already. */
  #rowsUs(rows: number): number {
    assert(rows < this.#layers.length, 'a step holds more tokens than the budget of its deployment');
    const known = this.#layers[rows]!;
    if (known >= 0) return known;
    const us = layersUs(this.#context, rows) + finalNormUs(this.#context, rows);
    this.#layers[rows] = us;
    return us;
  }

  #headUs(rows: number): number {
    const whole = Math.ceil(rows);
    assert(whole < this.#heads.length, 'a step samples more rows than its deployment holds');
    const known = this.#heads[whole]!;
    if (known >= 0) return known;
    const us = headUs(this.#context, whole) + this.#samplerUs(whole);
    this.#heads[whole] = us;
    return us;
  }

  #samplerUs(rows: number): number {
    const { sampler } = this.#calibration;
    const { hardware, deployment } = this.#context;
    if (rows === 0) return 0;
    return (
      sampler.fixedUs + (rows * deployment.model.vocabSize * sampler.bytesPerEntry) / hardware.bytesPerUs
    );
  }

  /** Handing a micro-batch from stage to stage. */
  #stageUs(tokens: number): number {
    if (this.#stages === 1) return 0;
    const { hardware, deployment } = this.#context;
    const bytes = (tokens * deployment.model.hiddenSize * 2) / deployment.tp;
    return (this.#stages - 1) * stageHandoverUs(hardware, bytes);
  }
}

/**
 * Turns GPU terms into those of a step that lasts at least `floorUs`: flat while the GPU is faster, up to the
 * context at which it no longer is.
 */
function atLeast(terms: DecodeTerms, floorUs: number, contextTokens: number): void {
  const { baseUs, perContextUs } = terms;
  if (baseUs + perContextUs * contextTokens > floorUs) return;
  terms.baseUs = floorUs;
  terms.perContextUs = 0;
  if (perContextUs <= 0) return;
  let last = Math.floor(Math.min(terms.validToContext, (floorUs - baseUs) / perContextUs));
  while (last > contextTokens && baseUs + perContextUs * last > floorUs) last -= 1;
  terms.validToContext = Math.max(last, contextTokens);
}
