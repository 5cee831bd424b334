/** What the commands that serve have in common: ports, limits, prefill legs, and how they stop. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ConfigError } from '../../src/core/check.ts';
import { CONNECTORS } from '../../src/server/disaggregation/connectors.ts';
import type { DisaggregationPolicy } from '../../src/server/disaggregation/two-legs.ts';

export const BODY_LIMIT_BYTES = 64 * 1024 * 1024;
/** Long prompts on a loaded engine may take minutes to their first byte. */
export const IDLE_TIMEOUT_MS = 600_000;

/** Options about prefill legs, shared with `serve`. */
export interface LegOptions {
  readonly kvConnector: string;
  readonly prefillMaxRetries: number;
  readonly prefillRetryBackoffMs: number;
  readonly prefillTimeoutS: number;
  readonly prefillFallback: 'none' | 'local';
  readonly bootstrapPort: number;
}

/** Adds the options about prefill legs. */
export function addLegOptions(command: Command): Command {
  const connectors = Object.keys(CONNECTORS);
  return command
    .addOption(
      new Option('--kv-connector <name>', 'how KV is handed over').choices(connectors).default('nixlv2'),
    )
    .option('--prefill-max-retries <n>', 'further attempts after 502, 503, 504 or no connection', whole, 0)
    .option('--prefill-retry-backoff-ms <ms>', 'pause before another attempt', whole, 200)
    .option('--prefill-timeout-s <s>', 'longest prefill', whole, 300)
    .addOption(
      new Option(
        '--prefill-fallback <what>',
        'when prefill fails: give its failure, or let the decode side do it',
      )
        .choices(['none', 'local'])
        .default('none'),
    )
    .option('--bootstrap-port <port>', "port of SGLang's bootstrap service", portNumber, 8998);
}

export function legPolicy(options: LegOptions): DisaggregationPolicy {
  return {
    connector: CONNECTORS[options.kvConnector]!,
    prefillRetries: options.prefillMaxRetries,
    prefillBackoffMs: options.prefillRetryBackoffMs,
    prefillTimeoutMs: options.prefillTimeoutS * 1000,
    fallback: options.prefillFallback,
    bootstrapPort: options.bootstrapPort,
  };
}

/** The port that `listen` got; an address that cannot be had is a mistake of `option`. */
export async function listening(listen: Promise<number>, option: string, address: string): Promise<number> {
  try {
    return await listen;
  } catch (error) {
    const found = `${address} (${(error as Error).message})`;
    throw new ConfigError({ path: option, found, expected: 'an address that is free' });
  }
}

/** Resolves with the first SIGTERM or SIGINT. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
}

export function portNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError('not a port');
  return value;
}

export function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('not a whole number >= 0');
  return Number(text);
}
