/** `drydock serve`: the production gateway. */
import { type Command, InvalidArgumentError } from 'commander';
import { ConfigError } from '../../../src/core/check.ts';
import { readEndpointsFile, watchEndpointsFile } from '../../../src/server/endpoints-file.ts';
import { ExtProcServer } from '../../../src/server/ext-proc/ext-proc-server.ts';
import { Gateway } from '../../../src/server/gateway.ts';
import { LiveRouter } from '../../../src/server/live-router.ts';
import { createStreams } from '../../kernel/streams.ts';
import { loadDocument, readText } from '../document.ts';

interface ServeOptions {
  readonly config: string;
  readonly endpoints: string;
  readonly host: string;
  readonly port: number;
  readonly extProcPort?: number;
  readonly scrapeIntervalMs: number;
  readonly drainTimeoutS: number;
  readonly seed: number;
  readonly allowExperimentalPlugins?: true;
}

const BODY_LIMIT_BYTES = 64 * 1024 * 1024;
/** Long prompts on a loaded engine may take minutes to their first byte. */
const IDLE_TIMEOUT_MS = 600_000;

export function register(program: Command): void {
  program
    .command('serve')
    .summary('the production gateway')
    .description(
      'Serves OpenAI and Anthropic requests over HTTP through the router: chat/completions, completions, messages, models, /metrics, /healthz. The endpoints file is read again when it changes. SIGTERM drains.',
    )
    .requiredOption(
      '--config <file>',
      'EndpointPickerConfig (YAML or JSON); an empty file is the default one',
    )
    .requiredOption('--endpoints <file>', 'list of endpoints: id, address, labels')
    .option('--host <address>', 'address to listen at', '127.0.0.1')
    .option('--port <port>', 'port to listen at; 0: a free one', portNumber, 8000)
    .option(
      '--ext-proc-port <port>',
      'also serve as Envoy endpoint picker (gRPC ext_proc v3 and health) at this port',
      portNumber,
    )
    .option('--scrape-interval-ms <ms>', 'time between scrapes', count, 50)
    .option('--drain-timeout-s <s>', 'how long requests in flight may take after SIGTERM', count, 30)
    .option('--seed <n>', 'seed of random choices', count, 1)
    .option('--allow-experimental-plugins', 'allow plugins that upstream marks as Alpha')
    .action(serve);
}

async function serve(options: ServeOptions): Promise<void> {
  const endpoints = readEndpointsFile(options.endpoints);
  let isDraining = false;
  const live = createRouter(options);
  const gateway = new Gateway(live, { bodyLimitBytes: BODY_LIMIT_BYTES, idleTimeoutMs: IDLE_TIMEOUT_MS });
  live.setEndpoints(endpoints);
  live.start();
  const port = await listen(gateway, options);
  process.stderr.write(`serving ${endpoints.length} endpoints at http://${options.host}:${port}\n`);
  const picker = await listenForEnvoy(live, options, () => !isDraining);
  const stopWatching = watchEndpointsFile(
    options.endpoints,
    (next) => live.setEndpoints(next),
    (error) => process.stderr.write(`endpoints unchanged: ${error.message}\n`),
  );
  await untilStopped();
  process.stderr.write(`draining ${live.inFlight} requests\n`);
  isDraining = true;
  stopWatching();
  const drainMs = options.drainTimeoutS * 1000;
  await Promise.all([gateway.drain(drainMs), picker?.drain(drainMs)]);
  live.stop();
}

function createRouter(options: ServeOptions): LiveRouter {
  const isEmpty = readText(options.config, 'an EndpointPickerConfig').trim() === '';
  const document = isEmpty ? undefined : loadDocument(options.config);
  refuseCustomMetrics(document?.data ?? {}, options.config);
  try {
    return new LiveRouter({
      config: document?.data ?? null,
      streams: createStreams(options.seed),
      objectives: new Map(),
      allowExperimentalPlugins: options.allowExperimentalPlugins ?? false,
      scrapeIntervalMs: Math.max(50, options.scrapeIntervalMs),
    });
  } catch (error) {
    throw error instanceof ConfigError && document !== undefined ? document.locate(error) : error;
  }
}

/** The scraper knows the built-in engines only: what it would not read is refused, not passed over. */
function refuseCustomMetrics(config: Readonly<Record<string, unknown>>, file: string): void {
  const plugins = Array.isArray(config['plugins']) ? (config['plugins'] as unknown[]) : [];
  plugins.forEach((plugin, i) => {
    const { type, parameters } = (plugin ?? {}) as { type?: unknown; parameters?: unknown };
    if (type !== 'core-metrics-extractor' || parameters === undefined || parameters === null) return;
    throw new ConfigError({
      file,
      path: `plugins[${i}].parameters`,
      found: 'parameters of core-metrics-extractor',
      expected: 'none: the gateway reads the metrics of the built-in engines by label',
    });
  });
}

async function listen(gateway: Gateway, options: ServeOptions): Promise<number> {
  try {
    return await gateway.listen(options.port, options.host);
  } catch (error) {
    const found = `${options.host}:${options.port} (${(error as Error).message})`;
    throw new ConfigError({ path: '--port', found, expected: 'an address that is free' });
  }
}

/** The Envoy door, when it is asked for. */
async function listenForEnvoy(
  live: LiveRouter,
  { extProcPort, host }: ServeOptions,
  isReady: () => boolean,
): Promise<ExtProcServer | null> {
  if (extProcPort === undefined) return null;
  const picker = new ExtProcServer(live, { bodyLimitBytes: BODY_LIMIT_BYTES, tls: null, isReady });
  try {
    const port = await picker.listen(extProcPort, host);
    process.stderr.write(`endpoint picker for Envoy at ${host}:${port}\n`);
    return picker;
  } catch (error) {
    const found = `${host}:${extProcPort} (${(error as Error).message})`;
    throw new ConfigError({ path: '--ext-proc-port', found, expected: 'an address that is free' });
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

function count(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('not a whole number >= 0');
  return Number(text);
}
