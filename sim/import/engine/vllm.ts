/** `vllm serve`, `python -m vllm.entrypoints.openai.api_server` and the vllm-openai image. */

import { lookUpLlm } from '../../../models/llms.ts';
import { ARGS } from '../../engine/vllm/config.ts';
import { VLLM_KV } from '../../export/engine/vllm.ts';
import { countValue, type OptionNames, readOptions, typedValue } from '../options.ts';
import { readYaml } from '../yaml.ts';
import { kvFormat, weightFormat } from './precision.ts';
import { after, HARMLESS, imageVersion, notModelled, type ServerReader } from './server.ts';

const IMAGE = /vllm[\w-]*(:|@|$)/;
/** Images whose entry point is the server. */
const SERVER_IMAGE = /vllm-openai(:|@|$)/;

const NAMES: OptionNames = {
  aliases: {
    tp: 'tensor_parallel_size',
    pp: 'pipeline_parallel_size',
    dp: 'data_parallel_size',
    q: 'quantization',
    ep: 'enable_expert_parallel',
  },
  switches: new Set([
    ...Object.keys(ARGS).filter((name) => ARGS[name] === 'flag'),
    ...['enable_expert_parallel', 'trust_remote_code', 'disable_log_requests', 'disable_log_stats'],
    ...[
      'enable_auto_tool_choice',
      'enable_log_requests',
      'enable_lora',
      'enable_reasoning',
      'disable_frontend_multiprocessing',
    ],
    ...['disable_custom_all_reduce', 'enable_dbo', 'enable_eplb', 'headless', 'data_parallel_hybrid_lb'],
  ]),
};

export const vllmReader: ServerReader = {
  engine: 'vllm',
  find(words) {
    const starts = [after(words, /(^|\/)vllm$/, 'serve'), after(words, 'vllm.entrypoints.openai.api_server')];
    if (!words.includes('serve') || starts[0]! < 0) starts.push(after(words, SERVER_IMAGE));
    const start = starts.find((one) => one >= 0);
    if (start === undefined) return null;
    const version = imageVersion(words, IMAGE);
    return { words: words.slice(start), ...(version === undefined ? {} : { version }) };
  },
  read({ words, version }, context, files) {
    const { values: given, positional } = readOptions(words, NAMES);
    const notes: string[] = [];
    const values = withConfigFile(given, (path) => files.get(path) ?? context.readFile?.(path), notes);
    const args: Record<string, number | string | boolean> = {};
    const sizes = { tp: 1, pp: 1, dp: 1 };
    let [weights, kv, role]: (string | undefined)[] = [];
    let hasExperts = false;
    for (const [name, value] of values) {
      if (name === 'tensor_parallel_size') sizes.tp = countValue(name, value);
      else if (name === 'pipeline_parallel_size') sizes.pp = countValue(name, value);
      else if (name === 'data_parallel_size') sizes.dp = countValue(name, value);
      else if (name === 'enable_expert_parallel') hasExperts = value !== false;
      else if (name === 'quantization') weights = weightFormat(value, notes);
      else if (name === 'kv_cache_dtype') kv = kvFormat(name, value, VLLM_KV, notes);
      else if (name === 'kv_transfer_config') role = transferRole(value, notes);
      else if (name === 'dtype') noteOfType(value, notes);
      else if (ARGS[name] !== undefined) args[name] = typedValue(name, value, ARGS[name]);
      else if (name !== 'model' && !HARMLESS.has(name)) notes.push(notModelled(name, value));
    }
    const modelOption = values.get('model');
    const model = positional[0] ?? (typeof modelOption === 'string' ? modelOption : undefined);
    if (positional.length > 1) notes.push(`words that belong to no option: ${positional.slice(1).join(' ')}`);
    const isMoe = model === undefined || lookUpLlm(model)?.moe !== undefined;
    return {
      facts: {
        engine: 'vllm',
        model,
        version,
        args,
        parallel: { ...sizes, ep: hasExperts && isMoe ? sizes.tp * sizes.dp : 1 },
        weights,
        kv,
        role: role as 'prefill' | 'decode' | undefined,
      },
      notes,
    };
  },
};

/** `--config file.yaml` holds options; those of the command line win. */
function withConfigFile(
  given: ReadonlyMap<string, string | boolean>,
  readFile: (path: string) => string | undefined,
  notes: string[],
): ReadonlyMap<string, string | boolean> {
  const path = given.get('config');
  if (typeof path !== 'string') return given;
  const rest = [...given].filter(([name]) => name !== 'config');
  const text = readFile(path);
  const parsed = text === undefined ? undefined : readYaml(text, path);
  if (typeof parsed !== 'object' || parsed === null) {
    notes.push(`--config ${path}: the file cannot be read here, its options are left out`);
    return new Map(rest);
  }
  const fromFile = Object.entries(parsed).map(([name, value]): [string, string | boolean] => [
    name.replaceAll('-', '_'),
    typeof value === 'boolean' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value),
  ]);
  return new Map([...fromFile, ...rest]);
}

/** Only a producer and a consumer tell their role. */
function transferRole(value: string | boolean, notes: string[]): string | undefined {
  const role = /"kv_role"\s*:\s*"(\w+)"/.exec(String(value))?.[1];
  if (role === 'kv_producer') return 'prefill';
  if (role === 'kv_consumer') return 'decode';
  notes.push(
    '--kv-transfer-config with kv_both: whether it prefills or decodes is not said; taken as serving both',
  );
  return undefined;
}

function noteOfType(value: string | boolean, notes: string[]): void {
  if (!['auto', 'bfloat16', 'float16', 'half'].includes(String(value))) {
    notes.push(`--dtype ${value}: simulated in 16 bit`);
  }
}
