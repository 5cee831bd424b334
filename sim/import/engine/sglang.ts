/** `python3 -m sglang.launch_server` and `sglang serve`. */
import { lookUpLlm } from '../../../models/llms.ts';
import { ARGS } from '../../engine/sglang/config.ts';
import { SGLANG_KV } from '../../export/engine/sglang.ts';
import { countValue, type OptionNames, readOptions, typedValue } from '../options.ts';
import { kvFormat, weightFormat } from './precision.ts';
import { after, HARMLESS, imageVersion, notModelled, type ServerReader } from './server.ts';

const NAMES: OptionNames = {
  aliases: {
    tp: 'tp_size',
    tensor_parallel_size: 'tp_size',
    pp: 'pp_size',
    pipeline_parallel_size: 'pp_size',
    dp: 'dp_size',
    data_parallel_size: 'dp_size',
    ep: 'ep_size',
    expert_parallel_size: 'ep_size',
    model: 'model_path',
    cuda_graph_max_bs_decode: 'cuda_graph_max_bs',
  },
  switches: new Set([
    ...Object.keys(ARGS).filter((name) => ARGS[name] === 'flag'),
    ...[
      'enable_dp_attention',
      'trust_remote_code',
      'enable_metrics',
      'enable_torch_compile',
      'skip_server_warmup',
    ],
    ...['enable_hierarchical_cache', 'enable_dp_lm_head', 'enable_two_batch_overlap', 'enable_eplb'],
  ]),
};

export const sglangReader: ServerReader = {
  engine: 'sglang',
  find(words) {
    const starts = [after(words, 'sglang.launch_server'), after(words, /(^|\/)sglang$/, 'serve')];
    const start = starts.find((one) => one >= 0);
    if (start === undefined) return null;
    const version = imageVersion(words, /sglang:/);
    return { words: words.slice(start), ...(version === undefined ? {} : { version }) };
  },
  read({ words, version }) {
    const { values, positional } = readOptions(words, NAMES);
    const notes: string[] = [];
    const args: Record<string, number | string | boolean> = {};
    const sizes = { tp: 1, pp: 1, dp: 1, ep: 1 };
    let [weights, kv, role, model]: (string | undefined)[] = [];
    for (const [name, value] of values) {
      if (name === 'tp_size') sizes.tp = countValue(name, value);
      else if (name === 'pp_size') sizes.pp = countValue(name, value);
      else if (name === 'dp_size') sizes.dp = countValue(name, value);
      else if (name === 'ep_size') sizes.ep = countValue(name, value);
      else if (name === 'quantization') weights = weightFormat(value, notes);
      else if (name === 'kv_cache_dtype') kv = kvFormat(name, value, SGLANG_KV, notes);
      else if (name === 'model_path') model = String(value);
      else if (name === 'disaggregation_mode')
        role = value === 'prefill' || value === 'decode' ? value : undefined;
      else if (ARGS[name] !== undefined) args[name] = typedValue(name, value, ARGS[name]);
      else if (name !== 'enable_dp_attention' && !HARMLESS.has(name)) notes.push(notModelled(name, value));
    }
    if (positional.length > 0 && model !== undefined) {
      notes.push(`words that belong to no option: ${positional.join(' ')}`);
    }
    const isMoe = model !== undefined && lookUpLlm(model)?.moe !== undefined;
    return {
      facts: {
        engine: 'sglang',
        model: model ?? positional[0],
        version,
        args,
        parallel: values.get('enable_dp_attention') === true ? sharedRanks(sizes, isMoe, notes) : sizes,
        weights,
        kv,
        role: role as 'prefill' | 'decode' | undefined,
      },
      notes,
    };
  },
};

/**
 * With data-parallel attention the dp ranks are among the tp ranks, and experts are spread over all of these; in a scenario
 * tp counts one rank's own.
 */
function sharedRanks(
  sizes: { readonly tp: number; readonly pp: number; readonly dp: number; readonly ep: number },
  isMoe: boolean,
  notes: string[],
): typeof sizes {
  const tp = Math.max(1, Math.floor(sizes.tp / sizes.dp));
  const ep = isMoe ? Math.max(sizes.ep, sizes.tp) : 1;
  notes.push(
    `--enable-dp-attention: ${sizes.dp} ranks among ${sizes.tp}; in a scenario parallel {tp: ${tp}, dp: ${sizes.dp}, ep: ${ep}}`,
  );
  return { ...sizes, tp, ep };
}
