/**
 * Predicted TTFT and TPOT per endpoint with headroom against the request's SLOs. Upstream asks a trained model in
 * sidecars; here two online regressions learn from the responses that this router sees, on the features of upstream
 * that matter to a linear model. Until enough samples are in, nothing is predicted, as upstream when its sidecar fails.
 *
 *   TTFT features   1, uncached prompt tokens, tokens in flight, waiting, running (router-counted), KV usage
 *   TPOT features   1, running, KV usage, prompt tokens
 * Source of the semantics: router specification 3.6.
 */
import type { LatencyColumn, PrefixMatchColumn } from '../columns.ts';
import { Fields } from '../config/fields.ts';
import type { Dispatch, ResponseUsage } from '../contract.ts';
import type { EndpointTable } from '../endpoint.ts';
import { OnlineRidge } from '../latency/ridge.ts';
import { sloTpotMs, sloTtftMs } from '../latency/slo.ts';
import { type DispatchDraft, definePlugin, type Producer, type RequestHooks } from '../plugin.ts';
import type { InferenceRequest } from '../request.ts';
import { matchProducerOf, TOKENIZED_PROMPT } from './keys.ts';

interface Parameters {
  readonly sloBufferFactor: number;
  readonly streamingMode: boolean;
  readonly endpointRoleLabel: string;
  readonly matchProducer: string;
}

/** Samples before the first prediction: a few per feature. */
const SAMPLES_MIN = 20;
const TTFT_FEATURES = 6;
const TPOT_FEATURES = 4;
/** Scale of token counts, so that features are of one magnitude. */
const KILO = 1e-3;

export const predictedLatencyProducer = definePlugin<Parameters>({
  type: 'predicted-latency-producer',
  kinds: ['producer', 'pre-request', 'response'],
  stability: 'beta',
  summary: 'TTFT and TPOT per endpoint, predicted from the responses seen so far',
  parse(raw, path) {
    const fields = new Fields(raw, path, [
      'sloBufferFactor',
      'contextTTL',
      'streamingMode',
      'endpointRoleLabel',
      'predictInProduce',
      'samplingMean',
      'maxDecodeTokenSamplesForPrediction',
      'prefixMatchInfoProducerName',
    ]);
    fields.durationUs('contextTTL', 300e6);
    fields.boolean('predictInProduce', true);
    fields.number('samplingMean', 1000, { above: 0 });
    fields.integer('maxDecodeTokenSamplesForPrediction', 0, { min: 0 });
    return {
      sloBufferFactor: fields.number('sloBufferFactor', 1, { above: 0 }),
      streamingMode: fields.boolean('streamingMode', false),
      endpointRoleLabel: fields.string('endpointRoleLabel', '') || 'llm-d.ai/role',
      matchProducer: matchProducerOf(fields),
    };
  },
  needs: ({ matchProducer }) => ({
    required: [TOKENIZED_PROMPT, { type: 'PrefixCacheMatchInfo', producer: matchProducer }],
  }),
  produces: (name) => [{ type: 'LatencyPredictionInfo', producer: name }],
  create(parameters, { name, table, column }) {
    const latency = new PredictedLatency(
      parameters,
      table,
      column('LatencyPredictionInfo', name),
      column('PrefixCacheMatchInfo', parameters.matchProducer),
    );
    return { producer: latency, hooks: latency };
  },
});

/** What is kept of a request in flight. */
interface Observation {
  /** -1 once the endpoint is gone. */
  row: number;
  readonly dispatchedUs: number;
  readonly ttft: Float64Array;
  readonly tpot: Float64Array;
  readonly uncachedTokens: number;
  readonly sloTpotMs: number;
  firstTokenUs: number;
}

class PredictedLatency implements Producer, RequestHooks {
  readonly #parameters: Parameters;
  readonly #table: EndpointTable;
  readonly #latency: LatencyColumn;
  readonly #match: PrefixMatchColumn;
  readonly #ttft = new OnlineRidge(TTFT_FEATURES);
  readonly #tpot = new OnlineRidge(TPOT_FEATURES);
  readonly #ttftFeatures = new Float64Array(TTFT_FEATURES);
  readonly #tpotFeatures = new Float64Array(TPOT_FEATURES);
  readonly #running = new Map<number, Observation>();
  /** Uncached prompt tokens of requests without a first token; index: row. */
  readonly #tokens: number[] = [];
  /** Scratch; index: row. */
  #strictestTpotMs = new Float64Array(0);

  constructor(
    parameters: Parameters,
    table: EndpointTable,
    latency: LatencyColumn,
    match: PrefixMatchColumn,
  ) {
    this.#parameters = parameters;
    this.#table = table;
    this.#latency = latency;
    this.#match = match;
  }

  produce(request: InferenceRequest, rows: Int32Array, count: number): void {
    const latency = this.#latency;
    const { streamingMode, sloBufferFactor } = this.#parameters;
    const predictsTpot = streamingMode && this.#tpot.samples >= SAMPLES_MIN;
    latency.present = this.#ttft.samples >= SAMPLES_MIN && (predictsTpot || !streamingMode);
    if (!latency.present) return;
    const ttftSlo = sloTtftMs(request);
    if (predictsTpot) this.#collectTpotSlos(sloTpotMs(request));
    for (let i = 0; i < count; i++) {
      const row = rows[i]!;
      this.#describe(request, row);
      const ttftMs = Math.max(0, this.#ttft.predict(this.#ttftFeatures));
      latency.valid[row] = 1;
      latency.ttftMs[row] = ttftMs;
      latency.ttftHeadroomMs[row] = ttftSlo - ttftMs;
      const hasTpot = predictsTpot && !this.#onlyPrefills(row);
      const tpotMs = hasTpot ? Math.max(0, this.#tpot.predict(this.#tpotFeatures)) : 0;
      latency.tpotMs[row] = tpotMs;
      latency.tpotHeadroomMs[row] = hasTpot ? this.#strictestTpotMs[row]! * sloBufferFactor - tpotMs : 0;
    }
  }

  onDispatched(request: InferenceRequest, draft: DispatchDraft, nowUs: number): void {
    const row = draft.rows[0]!;
    this.#describe(request, row);
    const uncachedTokens = this.#uncached(request, row);
    this.#running.set(request.id, {
      row,
      dispatchedUs: nowUs,
      ttft: this.#ttftFeatures.slice(),
      tpot: this.#tpotFeatures.slice(),
      uncachedTokens,
      sloTpotMs: sloTpotMs(request),
      firstTokenUs: -1,
    });
    this.#latency.dispatched[row] = this.#latency.dispatched[row]! + 1;
    this.#tokens[row] = (this.#tokens[row] ?? 0) + uncachedTokens;
  }

  onFirstToken(request: InferenceRequest, _dispatch: Dispatch, nowUs: number): void {
    const observation = this.#running.get(request.id);
    if (observation === undefined || observation.firstTokenUs >= 0) return;
    observation.firstTokenUs = nowUs;
    this.#releaseTokens(observation);
    this.#ttft.learn(observation.ttft, (nowUs - observation.dispatchedUs) / 1e3);
  }

  onFinished(
    request: InferenceRequest,
    _dispatch: Dispatch,
    usage: ResponseUsage,
    cause: string,
    nowUs: number,
  ): void {
    const observation = this.#running.get(request.id);
    if (observation === undefined) return;
    this.#running.delete(request.id);
    if (observation.firstTokenUs < 0) this.#releaseTokens(observation);
    if (observation.row >= 0)
      this.#latency.dispatched[observation.row] = Math.max(0, this.#latency.dispatched[observation.row]! - 1);
    const isWhole = cause === 'natural' && observation.firstTokenUs >= 0 && usage.outputTokens > 1;
    if (isWhole)
      this.#tpot.learn(observation.tpot, (nowUs - observation.firstTokenUs) / 1e3 / (usage.outputTokens - 1));
  }

  endpointRemoved(row: number): void {
    this.#latency.dispatched[row] = 0;
    this.#latency.valid[row] = 0;
    this.#tokens[row] = 0;
    this.#running.forEach((observation) => {
      if (observation.row === row) observation.row = -1;
    });
  }

  /** Fills the feature arrays for the request on the row. */
  #describe(request: InferenceRequest, row: number): void {
    const running = this.#latency.dispatched[row]!;
    const kvUsage = this.#table.kvUsage[row]!;
    const ttft = this.#ttftFeatures;
    ttft[0] = 1;
    ttft[1] = this.#uncached(request, row) * KILO;
    ttft[2] = (this.#tokens[row] ?? 0) * KILO;
    ttft[3] = this.#table.waiting[row]!;
    ttft[4] = running;
    ttft[5] = kvUsage;
    const tpot = this.#tpotFeatures;
    tpot[0] = 1;
    tpot[1] = running;
    tpot[2] = kvUsage;
    tpot[3] = request.prompt.tokens * KILO;
  }

  #uncached(request: InferenceRequest, row: number): number {
    const { present, cachedBlocks, blockSizeTokens } = this.#match;
    const cached = present ? cachedBlocks[row]! * blockSizeTokens : 0;
    return Math.max(0, request.prompt.tokens - cached);
  }

  /** Per row the tightest TPOT objective among the request's and those of requests running there. */
  #collectTpotSlos(ownMs: number): void {
    const rows = this.#latency.valid.length;
    if (this.#strictestTpotMs.length < rows) this.#strictestTpotMs = new Float64Array(rows);
    const strictest = this.#strictestTpotMs;
    strictest.fill(ownMs);
    this.#running.forEach(({ row, sloTpotMs }) => {
      if (row >= 0 && sloTpotMs > 0) strictest[row] = Math.min(strictest[row]!, sloTpotMs);
    });
  }

  #releaseTokens(observation: Observation): void {
    const { row, uncachedTokens } = observation;
    if (row >= 0) this.#tokens[row] = Math.max(0, (this.#tokens[row] ?? 0) - uncachedTokens);
  }

  #onlyPrefills(row: number): boolean {
    return this.#table.endpoints[row]?.labels[this.#parameters.endpointRoleLabel] === 'prefill';
  }
}
