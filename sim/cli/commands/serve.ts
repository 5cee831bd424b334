/** `drydock serve`: the production gateway. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type Command, Option } from 'commander';
import { ConfigError } from '../../../src/core/check.ts';
import type { PluginDefinition } from '../../../src/routing/plugin.ts';
import { AdminServer } from '../../../src/server/admin.ts';
import type { ExtProcServer } from '../../../src/server/ext-proc/ext-proc-server.ts';
import { Gateway } from '../../../src/server/gateway.ts';
import type { LeaderElection } from '../../../src/server/kubernetes/leader-election.ts';
import { LiveRouter } from '../../../src/server/live-router.ts';
import type { Telemetry } from '../../../src/server/telemetry/telemetry.ts';
import { createStreams } from '../../kernel/streams.ts';
import { withBoxed } from '../../lab/baselines/boxed.ts';
import { TOOL_VERSION } from '../../run/version.ts';
import { type LoadedDocument, loadDocument, readText } from '../document.ts';
import { addFleetOptions, type FleetOptions, kubeConfigOf, watchFleet } from '../fleet-source.ts';
import { addSecurityOptions, type Security, type SecurityOptions, securityOf } from '../gateway-security.ts';
import { loadPluginFiles } from '../plugin/load-plugin.ts';
import { pluginOption } from '../run-options.ts';
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
import { addLogOptions, type LogOptions, listenersOf } from '../telemetry.ts';

const ROLE = 'llm-d.ai/role';
/** Profile handlers that name a prefill server beside the one that answers. */
const SPLITTING: readonly string[] = ['disagg-profile-handler', 'pd-profile-handler'];

interface ServeOptions extends LegOptions, FleetOptions, SecurityOptions, LogOptions {
  readonly disaggregation: 'sidecar' | 'gateway';
  readonly config?: string;
  readonly host: string;
  readonly port: number;
  readonly extProcPort?: number;
  readonly adminPort?: number;
  readonly adminHost: string;
  readonly leaderElection?: string;
  readonly scrapeIntervalMs: number;
  readonly drainTimeoutS: number;
  readonly seed: number;
  readonly plugin: readonly string[];
  readonly allowExperimentalPlugins?: true;
}

export function register(program: Command): void {
  const command = program
    .command('serve')
    .summary('the production gateway')
    .description(
      'Serves OpenAI and Anthropic requests over HTTP through the router: chat/completions, completions, messages, models, /metrics, /healthz. SIGTERM drains.',
    )
    .option('--config <file>', "EndpointPickerConfig (YAML or JSON); without it, or empty: llm-d's default")
    .option('--host <address>', 'address to listen at', '127.0.0.1')
    .option('--port <port>', 'port to listen at; 0: a free one', portNumber, 8000)
    .option(
      '--ext-proc-port <port>',
      'also serve as Envoy endpoint picker (gRPC ext_proc v3 and health) at this port',
      portNumber,
    )
    .option(
      '--admin-port <port>',
      'show /metrics and /debug/plugins/state at this port, and /metrics no more at --port',
      portNumber,
    )
    .option('--admin-host <address>', 'address for --admin-port', '127.0.0.1')
    .option(
      '--leader-election <namespace/lease>',
      'of replicas with the same Lease only the one that holds it is ready; the others keep warm',
    )
    .option('--scrape-interval-ms <ms>', 'time between scrapes', whole, 50)
    .option('--drain-timeout-s <s>', 'how long requests in flight may take after SIGTERM', whole, 30)
    .option('--seed <n>', 'seed of random choices', whole, 1)
    .addOption(pluginOption())
    .option('--allow-experimental-plugins', 'allow plugins that upstream marks as Alpha')
    .addOption(
      new Option('--disaggregation <where>', 'who runs the prefill leg of prefill/decode requests')
        .choices(['sidecar', 'gateway'])
        .default('sidecar'),
    );
  addLogOptions(addSecurityOptions(addLegOptions(addFleetOptions(command)))).action(serve);
}

async function serve(options: ServeOptions): Promise<void> {
  let isDraining = false;
  const security = await securityOf(options);
  const listeners = await listenersOf(options);
  const { router: extraPlugins } = withBoxed(await loadPluginFiles(options.plugin));
  const live = createRouter(options, security, listeners.telemetry, extraPlugins);
  const fleet = await watchFleet(options, live);
  const election = await electionOf(options);
  const isReady = (): boolean => fleet.isSynced() && (election === null || election.leads);
  const gateway = new Gateway(live, {
    bodyLimitBytes: BODY_LIMIT_BYTES,
    idleTimeoutMs: IDLE_TIMEOUT_MS,
    isReady,
    hidesMetrics: options.adminPort !== undefined,
    ...security,
    ...(options.disaggregation === 'gateway' ? { disaggregation: legPolicy(options) } : {}),
  });
  await live.start();
  const address = `${options.host}:${options.port}`;
  const port = await listening(gateway.listen(options.port, options.host), '--port', address);
  process.stderr.write(
    `serving ${live.core.table.rows.length} endpoints at ${security.tls === undefined ? 'http' : 'https'}://${options.host}:${port}\n`,
  );
  for (const remark of remarks(live, options)) process.stderr.write(`note: ${remark}\n`);
  const picker = await listenForEnvoy(live, options, security.tls ?? null, () => isReady() && !isDraining);
  const admin = await listenForOperators(live, options);
  await untilStopped();
  process.stderr.write(`draining ${live.inFlight} requests\n`);
  isDraining = true;
  await election?.stop();
  await fleet.stop();
  const drainMs = options.drainTimeoutS * 1000;
  await Promise.all([gateway.drain(drainMs), picker?.drain(drainMs)]);
  admin?.close();
  live.stop();
  await listeners.close();
}

/** Takes part in the election of a leader, when it is asked for. throws: ConfigError for a name that is none. */
async function electionOf({ leaderElection: text }: ServeOptions): Promise<LeaderElection | null> {
  if (text === undefined) return null;
  const [namespace = '', name = '', ...rest] = text.split('/');
  if (namespace === '' || name === '' || rest.length > 0) {
    throw new ConfigError({ path: '--leader-election', found: text, expected: 'namespace/lease' });
  }
  const config = await kubeConfigOf('--leader-election');
  const { LeaderElection } = await import('../../../src/server/kubernetes/leader-election.ts');
  const election = new LeaderElection({
    ...{ config, namespace, name },
    identity: `${hostname()}_${randomUUID()}`,
    changed: (leads) => process.stderr.write(leads ? 'leads now\n' : 'leads no more\n'),
    failed: (error) => process.stderr.write(`lease ${text}: ${error.message}\n`),
  });
  await election.start();
  return election;
}

/** The operators' port, when it is asked for. */
async function listenForOperators(
  live: LiveRouter,
  { adminPort, adminHost }: ServeOptions,
): Promise<AdminServer | null> {
  if (adminPort === undefined) return null;
  const admin = new AdminServer(live);
  const port = await listening(
    admin.listen(adminPort, adminHost),
    '--admin-port',
    `${adminHost}:${adminPort}`,
  );
  process.stderr.write(`metrics and plugin state at http://${adminHost}:${port}\n`);
  return admin;
}

function createRouter(
  options: ServeOptions,
  { upstreamTls }: Security,
  telemetry: readonly Telemetry[],
  extraPlugins: readonly PluginDefinition[],
): LiveRouter {
  const document = documentOf(options.config);
  try {
    return new LiveRouter({
      config: document?.data ?? null,
      streams: createStreams(options.seed),
      allowExperimentalPlugins: options.allowExperimentalPlugins ?? false,
      scrapeIntervalMs: Math.max(50, options.scrapeIntervalMs),
      ...(upstreamTls === undefined ? {} : { upstreamTls }),
      telemetry,
      extraPlugins,
      build: { commit: process.env['DRYDOCK_COMMIT'] ?? '', ref: `drydock ${TOOL_VERSION}` },
    });
  } catch (error) {
    throw error instanceof ConfigError && document !== undefined ? document.locate(error) : error;
  }
}

/** The configuration's file; undefined where there is none, or an empty one. */
function documentOf(file: string | undefined): LoadedDocument | undefined {
  if (file === undefined || readText(file, 'an EndpointPickerConfig').trim() === '') return undefined;
  const document = loadDocument(file);
  refuseCustomMetrics(document.data, file);
  return document;
}

/** What serves, but not as the roles of endpoints or the stages of the configuration would have it. */
function remarks(live: LiveRouter, { disaggregation }: ServeOptions): string[] {
  const { table, router } = live.core;
  const prefills = [...table.rows].filter((row) => table.endpoints[row]!.labels[ROLE] === 'prefill').length;
  const isSplit = SPLITTING.includes(router.handler.type);
  if (prefills > 0 && !isSplit) {
    return [
      `${prefills} of the endpoints only prefill (${ROLE}), but the configuration has no profile handler with stages: they get whole requests`,
    ];
  }
  if (!isSplit || disaggregation === 'gateway') return [];
  return [
    'prefill legs are left to a sidecar before each decode server; without sidecars: --disaggregation gateway',
  ];
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

/** The Envoy door, when it is asked for. */
async function listenForEnvoy(
  live: LiveRouter,
  { extProcPort, host }: ServeOptions,
  tls: NonNullable<Security['tls']> | null,
  isReady: () => boolean,
): Promise<ExtProcServer | null> {
  if (extProcPort === undefined) return null;
  // gRPC is large: loaded only where it is used.
  const { ExtProcServer } = await import('../../../src/server/ext-proc/ext-proc-server.ts');
  const picker = new ExtProcServer(live, { bodyLimitBytes: BODY_LIMIT_BYTES, tls, isReady });
  const address = `${host}:${extProcPort}`;
  const port = await listening(picker.listen(extProcPort, host), '--ext-proc-port', address);
  process.stderr.write(`endpoint picker for Envoy at ${host}:${port}\n`);
  return picker;
}
