/** Where a served fleet comes from: a file, DNS, or Kubernetes. Each keeps the live router's endpoints as they are found. */
import type { KubeConfig } from '@kubernetes/client-node';
import type { Command } from 'commander';
import { ConfigError } from '../../src/core/check.ts';
import { type DnsQuery, parseDnsQuery, watchDns } from '../../src/server/discovery/dns.ts';
import { readEndpointsFile, watchEndpointsFile } from '../../src/server/discovery/endpoints-file.ts';
import { readResourcesFile } from '../../src/server/discovery/resources-file.ts';
import type { LiveRouter } from '../../src/server/live-router.ts';

/** Options about the fleet. */
export interface FleetOptions {
  readonly endpoints?: string;
  readonly dns?: string;
  readonly pool?: string;
  readonly resources?: string;
}

/** A fleet under watch. */
export interface FleetSource {
  /** The fleet has been seen once: the router may be asked. */
  isSynced(): boolean;
  stop(): void | Promise<void>;
}

/** How often a name is asked. */
export const DNS_INTERVAL_MS = 5000;

/** Adds the options. */
export function addFleetOptions(command: Command): Command {
  return command
    .option(
      '--endpoints <file>',
      'fleet from a list of endpoints: id, address, labels; read again when it changes',
    )
    .option('--dns <name>', 'fleet from DNS: host:port (all its addresses) or an SRV name, asked every 5 s')
    .option(
      '--pool <namespace/name>',
      'fleet from Kubernetes: the InferencePool with its ready pods, objectives and model rewrites',
    )
    .option(
      '--resources <file>',
      'InferenceObjective and InferenceModelRewrite manifests, beside --endpoints or --dns',
    );
}

/** Begins to watch. throws: ConfigError when not just one source is named, or its first look fails for good. */
export async function watchFleet(options: FleetOptions, live: LiveRouter): Promise<FleetSource> {
  const named = (['endpoints', 'dns', 'pool'] as const).filter((name) => options[name] !== undefined);
  if (named.length !== 1) {
    const found = named.length === 0 ? 'none of them' : named.map((name) => `--${name}`).join(' and ');
    throw new ConfigError({ path: 'fleet', found, expected: 'one of --endpoints, --dns and --pool' });
  }
  if (options.resources !== undefined) {
    if (options.pool !== undefined) {
      throw new ConfigError({ path: '--resources', found: 'a file', expected: 'none with --pool' });
    }
    live.setResources(readResourcesFile(options.resources));
  }
  if (options.endpoints !== undefined) return watchFile(options.endpoints, live);
  if (options.dns !== undefined) return watchName(options.dns, live);
  return await watchPool(options.pool!, live);
}

function watchFile(file: string, live: LiveRouter): FleetSource {
  live.setEndpoints(readEndpointsFile(file));
  const stop = watchEndpointsFile(file, (next) => live.setEndpoints(next), complain('endpoints unchanged'));
  return { isSynced: () => true, stop };
}

/** What a DNS option asks for. throws: ConfigError. */
export function dnsQueryOf(option: string, text: string): DnsQuery {
  const query = parseDnsQuery(text);
  if (query !== null) return query;
  throw new ConfigError({ path: option, found: text, expected: 'host:port or _service._tcp.name' });
}

function watchName(text: string, live: LiveRouter): FleetSource {
  const query = dnsQueryOf('--dns', text);
  let isSynced = false;
  const changed: Parameters<typeof watchDns>[2] = (endpoints) => {
    isSynced = true;
    live.setEndpoints(endpoints);
  };
  const stop = watchDns(query, DNS_INTERVAL_MS, changed, complain('endpoints unchanged'));
  return { isSynced: () => isSynced, stop };
}

async function watchPool(text: string, live: LiveRouter): Promise<FleetSource> {
  const [namespace = '', pool = '', ...rest] = text.split('/');
  if (namespace === '' || pool === '' || rest.length > 0) {
    throw new ConfigError({ path: '--pool', found: text, expected: 'namespace/name' });
  }
  // The client is large: loaded only where it is used.
  const { KubernetesDiscovery } = await import('../../src/server/kubernetes/discovery.ts');
  const discovery = new KubernetesDiscovery({
    config: await kubeConfigOf('--pool'),
    namespace,
    pool,
    changed: (endpoints, resources) => {
      live.setResources(resources);
      live.setEndpoints(endpoints);
    },
    broken: (what, error) => process.stderr.write(`watch of ${what} broke off: ${error.message}\n`),
  });
  try {
    await discovery.start();
  } catch (error) {
    const found = (error as Error).message;
    throw new ConfigError({ path: '--pool', found, expected: `a cluster where ${text} can be read` });
  }
  return { isSynced: () => true, stop: () => discovery.stop() };
}

/** The environment's way to a cluster. throws: ConfigError of the option that needs one. */
export async function kubeConfigOf(option: string): Promise<KubeConfig> {
  const { defaultKubeConfig } = await import('../../src/server/kubernetes/discovery.ts');
  try {
    return defaultKubeConfig();
  } catch (error) {
    const expected = 'a cluster that KUBECONFIG, ~/.kube/config or the pod names';
    throw new ConfigError({ path: option, found: (error as Error).message, expected });
  }
}

function complain(what: string): (error: Error) => void {
  return (error) => process.stderr.write(`${what}: ${error.message}\n`);
}
