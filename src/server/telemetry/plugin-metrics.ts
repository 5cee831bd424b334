/** Metrics of single plugins: durations, what prefix and encoder indexes knew of a request, predictions, and the stages that ran. */
import type { EndpointPicker, RunningPlugin } from '../../router.ts';
import type { Dispatch } from '../../routing/contract.ts';
import type { PluginFigure } from '../../routing/plugin.ts';
import type { InferenceRequest } from '../../routing/request.ts';
import type { ExtensionPoint, PluginName } from '../../routing/stopwatch.ts';
import { DURATION_S, INTERNAL_S, PREFIX_BYTES, RATIO, TPOT_S } from './bounds.ts';
import type { Registry } from './prometheus.ts';

/** A token id takes four bytes. */
const TOKEN_BYTES = 4;

type PluginLabels = Readonly<Record<'plugin_type' | 'plugin_name', string>>;
type Observe = (value: number) => void;
/** A label's value that clients choose, or `other` once there are too many. */
export type Capped = (kind: 'model' | 'fairness', value: string) => string;

/** What an index told of requests. */
interface Watched {
  readonly plugin: RunningPlugin;
  readonly labels: PluginLabels;
  /** Tells of a request that goes to `row`. */
  readonly dispatched: (row: number, request: InferenceRequest, dispatch: Dispatch) => void;
}

export class PluginMetrics {
  readonly #registry: Registry;
  readonly #capped: Capped;
  readonly #watched: Watched[] = [];
  #figured: readonly RunningPlugin[] = [];
  #stages: PluginLabels | null = null;

  constructor(registry: Registry, capped: Capped) {
    this.#registry = registry;
    this.#capped = capped;
  }

  /** For a router's stopwatch. */
  tally(point: ExtensionPoint | 'RequestParsing', plugin: PluginName): Observe {
    const labels = { extension_point: point, ...labelsOf(plugin) };
    const observe = this.#registry.tally('llm_d_epp_plugin_duration_seconds', labels, INTERNAL_S);
    return (ms) => observe(ms / 1000);
  }

  /** From now on the plugins of this router are watched. */
  watch(router: EndpointPicker): void {
    const handler = router.plugin(router.handler.name)?.handler;
    const splits = ['disagg-profile-handler', 'pd-profile-handler'].includes(router.handler.type);
    if (handler !== undefined && splits) this.#stages = labelsOf(router.handler);
    this.#figured = router.plugins.filter(({ instance }) => instance.figures !== undefined);
    for (const plugin of router.plugins) {
      if (plugin.instance.producer === undefined) continue;
      if (plugin.instance.state?.().indexedBlocks !== undefined) this.#watchPrefix(router, plugin);
      if (plugin.type === 'mm-embeddings-cache-producer') this.#watchEncoder(router, plugin);
      if (plugin.type === 'predicted-latency-producer') this.#watchPredictions(router, plugin);
    }
  }

  /** The router has just decided. */
  dispatched(request: InferenceRequest, dispatch: Dispatch): void {
    const row = dispatch.rows[0]!;
    for (const { dispatched } of this.#watched) dispatched(row, request, dispatch);
    if (this.#stages === null) return;
    const encodes = dispatch.encodeRows.length > 0 ? 'encode-' : '';
    const prefills = dispatch.prefillRow >= 0 ? 'prefill-' : '';
    const stages = `${encodes}${prefills}decode`;
    this.#registry.add('llm_d_epp_disagg_decision_total', {
      ...this.#stages,
      model_name: this.#capped('model', request.incomingModel),
      decision_type: stages === 'decode' ? 'decode-only' : stages,
    });
  }

  /** Gauges of the moment. */
  refresh(nowUs: number): void {
    for (const { name, type, instance } of this.#figured)
      this.#showFigures(instance.figures!(nowUs), name, type);
    for (const { plugin, labels } of this.#watched) {
      const size = plugin.instance.state?.().indexedBlocks;
      if (size !== undefined) this.#registry.set('llm_d_epp_prefix_indexer_size', labels, size);
    }
  }

  #showFigures(figures: readonly PluginFigure[], plugin_name: string, plugin_type: string): void {
    for (const { name, kind } of figures) if (kind === 'gauge') this.#registry.clear(`llm_d_epp_${name}`);
    for (const { name, kind, labels, value } of figures) {
      const { program_id: program } = labels;
      const all =
        program === undefined
          ? { plugin_type, plugin_name, ...labels }
          : { program_id: this.#capped('fairness', program) };
      if (kind === 'gauge') this.#registry.set(`llm_d_epp_${name}`, all, value);
      else this.#registry.count(`llm_d_epp_${name}`, all, value);
    }
  }

  #watchPrefix(router: EndpointPicker, plugin: RunningPlugin): void {
    const labels = labelsOf(plugin);
    const match = router.column('PrefixCacheMatchInfo', plugin.name);
    const ratio = this.#registry.tally('llm_d_epp_prefix_indexer_hit_ratio', labels, RATIO);
    const bytes = this.#registry.tally('llm_d_epp_prefix_indexer_hit_bytes', labels, PREFIX_BYTES);
    const dispatched = (row: number): void => {
      if (!match.present || match.totalBlocks === 0) return;
      const blocks = match.matchBlocks[row]!;
      ratio(blocks / match.totalBlocks);
      bytes(blocks * match.blockSizeTokens * TOKEN_BYTES);
    };
    this.#watched.push({ plugin, labels, dispatched });
  }

  #watchEncoder(router: EndpointPicker, plugin: RunningPlugin): void {
    const labels = labelsOf(plugin);
    const match = router.column('EncoderCacheMatchInfo', plugin.name);
    const ratio = this.#registry.tally('llm_d_epp_encoder_cache_hit_ratio', labels, RATIO);
    const dispatched = (primary: number, _request: InferenceRequest, { encodeRows }: Dispatch): void => {
      if (!match.present) return;
      const hits = match.matchedItems[encodeRows[0] ?? primary]!;
      this.#registry.add('llm_d_epp_encoder_cache_queries_total', labels, match.totalItems);
      this.#registry.add('llm_d_epp_encoder_cache_hits_total', labels, hits);
      ratio(hits / match.totalItems);
    };
    this.#watched.push({ plugin, labels, dispatched });
  }

  #watchPredictions(router: EndpointPicker, plugin: RunningPlugin): void {
    const labels = labelsOf(plugin);
    const predicted = router.column('LatencyPredictionInfo', plugin.name);
    const dispatched = (row: number, { incomingModel, model }: InferenceRequest): void => {
      if (!predicted.present || predicted.valid[row] === 0) return;
      const all = {
        ...labels,
        model_name: this.#capped('model', incomingModel),
        target_model_name: this.#capped('model', model),
      };
      const observe = (name: string, ms: number, bounds: readonly number[]): void =>
        this.#registry.observe(`llm_d_epp_request_predicted_${name}_seconds`, all, ms / 1000, bounds);
      observe('ttft', predicted.ttftMs[row]!, DURATION_S);
      if (predicted.tpotMs[row]! > 0) observe('tpot', predicted.tpotMs[row]!, TPOT_S);
    };
    this.#watched.push({ plugin, labels, dispatched });
  }
}

function labelsOf({ type, name }: PluginName): PluginLabels {
  return { plugin_type: type, plugin_name: name };
}
