/**
 * Data sources and discovery: what a shell polls or watches. The router checks their parameters; shells read them from
 * the instance's `service` and write the EndpointTable. Source: router specification 3.10.
 */
import { Fields } from '../config/fields.ts';
import { definePlugin, ignoreParameters, type PluginDefinition, type PluginKind } from '../plugin.ts';

/** How endpoints are scraped over HTTP. */
export interface HttpSourceParameters {
  readonly scheme: string;
  readonly path: string;
  /** 0: the endpoint's own port. */
  readonly port: number;
  /** 0: the router-wide refresh interval. */
  readonly intervalUs: number;
  readonly insecureSkipVerify: boolean;
  readonly caCertPath: string;
  readonly clientCertPath: string;
  readonly clientKeyPath: string;
}

/** A file with endpoints. */
export interface FileDiscoveryParameters {
  readonly path: string;
  readonly watchFile: boolean;
}

export const metricsDataSource = httpSource(
  'metrics-data-source',
  'scrapes /metrics of every endpoint',
  '/metrics',
  0,
);
export const modelsDataSource = httpSource('models-data-source', 'reads /v1/models', '/v1/models', 0);
export const dcgmDataSource = httpSource(
  'dcgm-data-source',
  'scrapes the DCGM exporter',
  '/metrics',
  9400,
  'alpha',
);
export const multiclusterMetricsDataSource = httpSource(
  'multicluster-metrics-data-source',
  'scrapes the aggregates of remote clusters',
  '/metrics',
  0,
  'alpha',
);
export const k8sNotificationSource = bare(
  'k8s-notification-source',
  'data-source',
  'changes of Kubernetes objects',
);
export const endpointNotificationSource = bare(
  'endpoint-notification-source',
  'data-source',
  'endpoints added, changed and removed',
);
export const fileDiscovery = discovery('file-discovery', 'endpoints from a file', 'beta');
export const multiclusterFileDiscovery = discovery(
  'multicluster-file-discovery',
  'clusters from a file',
  'alpha',
);

function httpSource(
  type: string,
  summary: string,
  defaultPath: string,
  defaultPort: number,
  stability: 'alpha' | 'beta' = 'beta',
): PluginDefinition {
  return definePlugin<HttpSourceParameters>({
    type,
    kinds: ['data-source'],
    stability,
    summary,
    parse(raw, path) {
      const fields = new Fields(raw, path, [
        'scheme',
        'path',
        'port',
        'interval',
        'insecureSkipVerify',
        'caCertPath',
        'clientCertPath',
        'clientKeyPath',
      ]);
      return {
        scheme: fields.oneOf('scheme', 'http', ['http', 'https']),
        path: fields.string('path', defaultPath),
        port: fields.integer('port', defaultPort, { min: 0, max: 65_535 }),
        intervalUs: fields.durationUs('interval', 0),
        insecureSkipVerify: fields.boolean('insecureSkipVerify', true),
        caCertPath: fields.string('caCertPath', ''),
        clientCertPath: fields.string('clientCertPath', ''),
        clientKeyPath: fields.string('clientKeyPath', ''),
      };
    },
    create: (parameters) => ({ service: parameters }),
  });
}

function discovery(type: string, summary: string, stability: 'alpha' | 'beta'): PluginDefinition {
  return definePlugin<FileDiscoveryParameters>({
    type,
    kinds: ['discovery'],
    stability,
    summary,
    parse(raw, path) {
      const fields = new Fields(raw, path, ['path', 'watchFile']);
      return { path: fields.requiredString('path'), watchFile: fields.boolean('watchFile', false) };
    },
    create: (parameters) => ({ service: parameters }),
  });
}

function bare(type: string, kind: PluginKind, summary: string): PluginDefinition {
  return definePlugin({
    type,
    kinds: [kind],
    stability: 'beta',
    summary,
    parse: ignoreParameters,
    create: () => ({}),
  });
}
