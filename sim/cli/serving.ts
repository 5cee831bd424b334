/** What the commands that serve have in common: ports, limits, prefill legs, and how they stop. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ConfigError } from '../../src/core/check.ts';
import { CONNECTORS } from '../../src/server/disaggregation/connectors.ts';
import { ENCODER_CONNECTORS, type EncoderConnector } from '../../src/server/disaggregation/encode-legs.ts';
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
  readonly ecConnector: EncoderConnector;
  readonly p2pConnectorPort: number;
  readonly enableP2pPull?: true;
  readonly moriioWriteMode?: true;
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
    .option('--bootstrap-port <port>', "port of SGLang's or Mooncake's bootstrap service", portNumber, 8998)
    .addOption(
      new Option('--ec-connector <name>', 'how encodings are handed over; none: encode servers are not asked')
        .choices(ENCODER_CONNECTORS)
        .default('none'),
    )
    .option('--p2p-connector-port <port>', "port of the offloading connector's peer tier", portNumber, 7777)
    .option(
      '--enable-p2p-pull',
      'have engines pull cached KV from the peer that the router names, also with nixlv2 (always with offloading)',
    )
    .addOption(new Option('--moriio-write-mode').hideHelp());
}

/**
 * What the options ask for. Ranks of a data-parallel server have peer tiers at consecutive ports; `ranks`: how many, and the port
 * of the first. throws: ConfigError for what is not there.
 */
export function legPolicy(
  options: LegOptions,
  ranks: { readonly count: number; readonly port: number } = { count: 1, port: 0 },
  decodeChunkTokens = 0,
): DisaggregationPolicy {
  const { kvConnector, p2pConnectorPort, enableP2pPull = false } = options;
  const supported = `--kv-connector ${Object.keys(CONNECTORS).join(', ')}`;
  if (options.moriioWriteMode === true) {
    throw new ConfigError({ path: '--moriio-write-mode', found: 'MoRI-IO', expected: `one of ${supported}` });
  }
  if (enableP2pPull && !['nixlv2', 'offloading'].includes(kvConnector)) {
    const expected = '--kv-connector nixlv2 or offloading: the others cannot pull from peers';
    throw new ConfigError({ path: '--enable-p2p-pull', found: `--kv-connector ${kvConnector}`, expected });
  }
  const connector = CONNECTORS[kvConnector]!;
  return {
    connector,
    encoderConnector: options.ecConnector,
    pullsFromPeers: enableP2pPull || connector.pullsFromPeers === true,
    decodeChunkTokens,
    peerPort: (address) => {
      const rank = Number(address.slice(address.lastIndexOf(':') + 1)) - ranks.port;
      return p2pConnectorPort + (rank >= 0 && rank < ranks.count ? rank : 0);
    },
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
