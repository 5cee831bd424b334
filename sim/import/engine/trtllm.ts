/** `trtllm-serve` with its YAML file (`--config`, formerly `--extra_llm_api_options`). */
import { ConfigError } from '../../../src/core/check.ts';
import { ARGS } from '../../engine/trtllm/config.ts';
import { TRTLLM_PLACES } from '../../export/engine/trtllm.ts';
import { isMapping } from '../../scenario/validate.ts';
import { countValue, type OptionNames, readOptions, typedValue } from '../options.ts';
import { readYaml } from '../yaml.ts';
import { kvFormat } from './precision.ts';
import { after, HARMLESS, imageVersion, notModelled, type ServerReader } from './server.ts';

type Args = Record<string, number | string | boolean>;

const NAMES: OptionNames = {
  aliases: {
    tensor_parallel_size: 'tp_size',
    pipeline_parallel_size: 'pp_size',
    moe_expert_parallel_size: 'ep_size',
    extra_llm_api_options: 'config',
    free_gpu_memory_fraction: 'kv_cache_free_gpu_memory_fraction',
  },
  switches: new Set(['trust_remote_code', 'enable_chunked_prefill', 'enable_attention_dp']),
};

/** Keys of the YAML file that change nothing that is simulated. */
const HARMLESS_KEYS = new Set([
  'cache_transceiver_config',
  'print_iter_log',
  'enable_iter_perf_stats',
  'backend',
]);

export const trtllmReader: ServerReader = {
  engine: 'trtllm',
  find(words) {
    const start = after(words, /(^|\/)trtllm-serve$/);
    // `trtllm-serve disaggregated` is the router of servers that are started apart.
    if (start < 0 || words[start] === 'disaggregated') return null;
    const version = imageVersion(words, /tensorrt-llm/);
    const rest = words[start] === 'serve' ? words.slice(start + 1) : words.slice(start);
    return { words: rest, ...(version === undefined ? {} : { version }) };
  },
  read({ words, version }, context, files) {
    const { values, positional } = readOptions(words, NAMES);
    const notes: string[] = [];
    const sizes = { tp: 1, pp: 1, dp: 1, ep: 1 };
    const args: Args = {};
    let kv: string | undefined;
    const path = values.get('config');
    if (typeof path === 'string') {
      const text = files.get(path) ?? context.readFile?.(path);
      if (text === undefined) notes.push(`--config ${path}: the file cannot be read here, it is left out`);
      else kv = readConfig(text, path, args, notes);
    }
    for (const [name, value] of values) {
      if (name === 'tp_size') sizes.tp = countValue(name, value);
      else if (name === 'pp_size') sizes.pp = countValue(name, value);
      else if (name === 'ep_size') sizes.ep = countValue(name, value);
      else if (name === 'kv_cache_dtype') kv = kvFormat(name, value, {}, notes);
      else if (ARGS[name] !== undefined) args[name] = typedValue(name, value, ARGS[name]);
      else if (name !== 'config' && !HARMLESS.has(name)) notes.push(notModelled(name, value));
    }
    return {
      facts: { engine: 'trtllm', model: positional[0], version, args, parallel: sizes, kv },
      notes,
    };
  },
};

/** Reads the YAML file into arguments; the KV format it names. */
function readConfig(text: string, path: string, args: Args, notes: string[]): string | undefined {
  const config = readYaml(text, path);
  if (!isMapping(config)) {
    throw new ConfigError({
      path: '--config',
      found: `${path} without a mapping`,
      expected: 'a YAML mapping',
    });
  }
  let kv: string | undefined;
  for (const [place, value] of leaves(config, [])) {
    const name = Object.keys(TRTLLM_PLACES).find((one) => TRTLLM_PLACES[one]!.join('.') === place);
    if (place === 'kv_cache_config.dtype') kv = kvFormat('kv_cache_config.dtype', String(value), {}, notes);
    else if (place === 'cuda_graph_config' && value === null) args['use_cuda_graph'] = false;
    else if (name !== undefined && ARGS[name] !== undefined) args[name] = configValue(name, value);
    else if (!HARMLESS_KEYS.has(place.split('.')[0]!))
      notes.push(`${path}: ${place}: not modelled, left out`);
  }
  return kv;
}

function configValue(name: string, value: unknown): number | string | boolean {
  if (typeof value === 'boolean') return typedValue(name, value, ARGS[name]!);
  return typedValue(name, String(value), ARGS[name]!);
}

function leaves(node: Readonly<Record<string, unknown>>, before: readonly string[]): [string, unknown][] {
  return Object.entries(node).flatMap(([key, value]): [string, unknown][] =>
    isMapping(value) ? leaves(value, [...before, key]) : [[[...before, key].join('.'), value]],
  );
}
