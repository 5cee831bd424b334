/** How an engine's server command is recognised and read: what every engine's importer is. */
import type { ImportContext } from '../imported.ts';
import type { ServerFacts } from '../pool.ts';

/** The words after the program, and what the program itself says. */
export interface FoundCommand {
  readonly words: readonly string[];
  /** Version by the container image's tag. */
  readonly version?: string;
}

/** What was read of a command. */
export interface ReadCommand {
  readonly facts: ServerFacts;
  readonly notes: readonly string[];
}

/** The server of one engine. */
export interface ServerReader {
  readonly engine: ServerFacts['engine'];
  /** The server's part of a command; null when it is no such server. */
  find(words: readonly string[]): FoundCommand | null;
  read(command: FoundCommand, context: ImportContext, files: ReadonlyMap<string, string>): ReadCommand;
}

/** Position after the first match of consecutive words, or -1. */
export function after(words: readonly string[], ...sought: readonly (string | RegExp)[]): number {
  for (let i = 0; i + sought.length <= words.length; i++) {
    const fits = sought.every((one, k) =>
      typeof one === 'string' ? words[i + k] === one : one.test(words[i + k]!),
    );
    if (fits) return i + sought.length;
  }
  return -1;
}

/** Version of an image's tag, e.g. `0.19.1` of `vllm/vllm-openai:v0.19.1`; undefined for `latest` and the like. */
export function imageVersion(words: readonly string[], image: RegExp): string | undefined {
  const word = words.find((one) => image.test(one));
  return /:v?(\d+\.\d+(?:\.\d+)?)/.exec(word ?? '')?.[1];
}

/** Options that change nothing that is simulated, in any engine. */
export const HARMLESS = new Set([
  ...['host', 'port', 'served_model_name', 'trust_remote_code', 'api_key', 'download_dir', 'load_format'],
  ...['tokenizer', 'tokenizer_path', 'tokenizer_mode', 'revision', 'chat_template', 'log_level', 'seed'],
  ...['disable_log_requests', 'disable_log_stats', 'uvicorn_log_level', 'enable_log_requests', 'random_seed'],
  ...[
    'tool_call_parser',
    'enable_auto_tool_choice',
    'reasoning_parser',
    'enable_reasoning',
    'enable_metrics',
  ],
  ...['generation_config', 'max_log_len', 'allowed_local_media_path', 'skip_server_warmup', 'backend'],
  ...['ssl_keyfile', 'ssl_certfile', 'root_path', 'response_role', 'distributed_executor_backend'],
  ...[
    'kv_events_config',
    'disaggregation_transfer_backend',
    'disaggregation_bootstrap_port',
    'dist_init_addr',
  ],
]);

/** The note of an option that is not modelled; values of secrets are not repeated. */
export function notModelled(name: string, value: string | boolean): string {
  const option = `--${name.replaceAll('_', '-')}`;
  const isSecret =
    /key|token|secret|password/i.test(name) && typeof value === 'string' && !/^\d+$/.test(value);
  const shown = typeof value === 'boolean' || isSecret ? '' : ` ${value.slice(0, 60)}`;
  return `${option}${shown}: not modelled, left out`;
}
