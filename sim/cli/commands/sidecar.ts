/** `drydock sidecar`: stands before one decode server and runs the prefill legs of its requests. */
import type { Command } from 'commander';
import { ConfigError } from '../../../src/core/check.ts';
import type { Endpoint } from '../../../src/routing/endpoint.ts';
import { watchDns } from '../../../src/server/discovery/dns.ts';
import { readEndpointsFile, watchEndpointsFile } from '../../../src/server/discovery/endpoints-file.ts';
import { Sidecar } from '../../../src/server/sidecar.ts';
import { DNS_INTERVAL_MS, dnsQueryOf } from '../fleet-source.ts';
import {
  addLegOptions,
  BODY_LIMIT_BYTES,
  IDLE_TIMEOUT_MS,
  type LegOptions,
  legPolicy,
  listening,
  portNumber,
  untilStopped,
  whole,
} from '../serving.ts';

interface SidecarOptions extends LegOptions {
  readonly modelServer: string;
  readonly prefillers?: string;
  readonly prefillersDns?: string;
  readonly host: string;
  readonly port: number;
  readonly drainTimeoutS: number;
  readonly dataParallelSize: number;
  readonly decodeChunkSize: number;
}

/** A node has no more GPUs. */
const MOST_RANKS = 64;

export function register(program: Command): void {
  const command = program
    .command('sidecar')
    .summary('runs prefill legs before one decode server')
    .description(
      'Stands before one model server. A request with x-prefiller-host-port is sent to that prefill server first (if the list has it, else 403), then to the model server; everything else passes through. SIGTERM drains.',
    )
    .requiredOption('--model-server <host:port>', 'the model server behind')
    .option(
      '--prefillers <file>',
      'endpoints file of the prefill (and encode, and peer) servers that may be asked',
    )
    .option('--prefillers-dns <name>', 'or their DNS name: host:port or an SRV name, asked every 5 s')
    .option('--host <address>', 'address to listen at', '127.0.0.1')
    .option('--port <port>', 'port to listen at; 0: a free one', portNumber, 8000)
    .option(
      '--data-parallel-size <n>',
      'ranks, at consecutive ports here and of the model server; x-data-parallel-host-port picks one',
      whole,
      1,
    )
    .option(
      '--decode-chunk-size <tokens>',
      'have chats written in pieces of so many tokens; 0: whole',
      whole,
      0,
    )
    .option('--drain-timeout-s <s>', 'how long requests in flight may take after SIGTERM', whole, 30);
  addLegOptions(command).action(sidecar);
}

async function sidecar(options: SidecarOptions): Promise<void> {
  if (!/^[^\s/@]+:\d{1,5}$/.test(options.modelServer)) {
    throw new ConfigError({ path: '--model-server', found: options.modelServer, expected: 'host:port' });
  }
  const ranks = options.dataParallelSize;
  if (ranks < 1 || ranks > MOST_RANKS) {
    const expected = `1 to ${MOST_RANKS}`;
    throw new ConfigError({ path: '--data-parallel-size', found: String(ranks), expected });
  }
  const ownHost = process.env['POD_IP'];
  let known: ReadonlySet<string> = new Set();
  const stopWatching = watchPrefillers(options, (found) => {
    known = new Set(found.map(({ address }) => address));
  });
  const server = new Sidecar({
    modelServer: options.modelServer,
    ranks,
    ...(ownHost === undefined ? {} : { ownHost }),
    isPeer: (address) => known.has(address),
    policy: legPolicy(options, { count: ranks, port: options.port }, options.decodeChunkSize),
    bodyLimitBytes: BODY_LIMIT_BYTES,
    idleTimeoutMs: IDLE_TIMEOUT_MS,
  });
  const address = `${options.host}:${options.port}`;
  const port = await listening(server.listen(options.port, options.host), '--port', address);
  process.stderr.write(
    `sidecar of ${options.modelServer} at http://${options.host}:${port}${ranks > 1 ? `, ${ranks} ranks` : ''}\n`,
  );
  await untilStopped();
  stopWatching();
  await server.drain(options.drainTimeoutS * 1000);
}

/** Keeps the list of prefill servers; the result stops it. throws: ConfigError when not just one source is named. */
function watchPrefillers(
  { prefillers, prefillersDns }: SidecarOptions,
  changed: (endpoints: readonly Endpoint[]) => void,
): () => void {
  const complain = (error: Error): void => {
    process.stderr.write(`prefill servers unchanged: ${error.message}\n`);
  };
  if (prefillers !== undefined && prefillersDns === undefined) {
    changed(readEndpointsFile(prefillers));
    return watchEndpointsFile(prefillers, changed, complain);
  }
  if (prefillers !== undefined || prefillersDns === undefined) {
    throw new ConfigError({
      path: 'prefill servers',
      found: prefillers === undefined ? 'neither of the two' : '--prefillers and --prefillers-dns',
      expected: 'one of --prefillers and --prefillers-dns',
    });
  }
  return watchDns(dnsQueryOf('--prefillers-dns', prefillersDns), DNS_INTERVAL_MS, changed, complain);
}
