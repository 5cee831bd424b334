/**
 * Decodes an EndpointPickerConfig from a plain object, strictly, without defaults or meaning: those follow in
 * defaults.ts. YAML and JSON text is read by the shells. Schema: router specification 2.1.
 */
import { ConfigError, nearest } from '../../core/check.ts';
import { Fields, foundText } from './fields.ts';

const API_VERSIONS = ['llm-d.ai/v1alpha1', 'inference.networking.x-k8s.io/v1alpha1'];
const KIND = 'EndpointPickerConfig';

/** A plugin as written. */
export interface PluginEntry {
  readonly name: string;
  readonly type: string;
  readonly parameters: unknown;
  readonly path: string;
}

/** A use of a plugin by name. */
export interface Reference {
  readonly name: string;
  readonly path: string;
}

/** An entry of a profile; weight is null when none is written. */
export interface ProfileEntry extends Reference {
  readonly weight: number | null;
}

/** A profile as written. */
export interface ProfileDocument {
  readonly name: string;
  readonly path: string;
  readonly plugins: readonly ProfileEntry[];
}

/** A priority band as written; 0 stands for "default", as upstream. */
export interface BandDocument {
  readonly priority: number;
  readonly path: string;
  readonly maxBytes: number;
  readonly maxRequests: number;
  readonly fairnessPolicy: Reference | null;
  readonly orderingPolicy: Reference | null;
}

/** Flow control as written; TTLs are null when absent. */
export interface FlowDocument {
  readonly maxBytes: number;
  readonly maxRequests: number;
  readonly defaultRequestTtlUs: number | null;
  readonly noEndpointRequestTtlUs: number | null;
  readonly bands: readonly BandDocument[];
  readonly defaultBand: BandDocument | null;
  readonly defaultNegativeBand: BandDocument | null;
  readonly saturationDetector: Reference | null;
  readonly usageLimitPolicy: Reference | null;
  readonly enableEviction: boolean;
}

/** A data source with its extractors. */
export interface SourceDocument extends Reference {
  readonly extractors: readonly Reference[];
}

/** The document. */
export interface EppDocument {
  readonly flowControlGate: boolean;
  readonly populateNonLeaderDatastore: boolean;
  readonly plugins: readonly PluginEntry[];
  readonly profiles: readonly ProfileDocument[];
  readonly injectDefaults: boolean;
  readonly sources: readonly SourceDocument[];
  readonly discovery: Reference | null;
  /** References of the peer interfaces, which nothing in the router implements. */
  readonly peerReferences: readonly Reference[];
  readonly flow: FlowDocument;
  /** Whether the document has a flowControl section. */
  readonly hasFlowSection: boolean;
  readonly parsers: readonly Reference[];
}

const TOP_KEYS = [
  'apiVersion',
  'kind',
  'featureGates',
  'plugins',
  'schedulingProfiles',
  'dataLayer',
  'flowControl',
  'requestHandler',
  'saturationDetector',
  'parser',
];
const BAND_KEYS = ['priority', 'maxBytes', 'maxRequests', 'fairnessPolicyRef', 'orderingPolicyRef'];
const GATES = ['flowControl', 'haPopulateNonLeaderDatastore'];

/** throws: ConfigError */
export function decodeDocument(raw: unknown): EppDocument {
  const top = new Fields(raw, '', TOP_KEYS);
  const apiVersion = top.string('apiVersion', '');
  if (!API_VERSIONS.includes(apiVersion)) top.refuse('apiVersion', API_VERSIONS.join(' or '));
  if (top.string('kind', '') !== KIND) top.refuse('kind', KIND);
  const gates = decodeGates(top);
  const data = top.object('dataLayer', [
    'injectDefaults',
    'sources',
    'discovery',
    'peerDiscovery',
    'crossReplicaSyncerPluginRef',
    'crossReplicaSyncInterval',
  ]);
  data.durationUs('crossReplicaSyncInterval', 200_000);
  const peers = [refObject(data, 'peerDiscovery'), refString(data, 'crossReplicaSyncerPluginRef')];
  return {
    flowControlGate: gates.get('flowControl') ?? false,
    populateNonLeaderDatastore: gates.get('haPopulateNonLeaderDatastore') ?? true,
    plugins: decodePlugins(top),
    profiles: decodeProfiles(top),
    injectDefaults: data.boolean('injectDefaults', true),
    sources: data.objects('sources', ['pluginRef', 'extractors']).map((source) => ({
      ...requiredRef(source),
      extractors: source.objects('extractors', ['pluginRef']).map(requiredRef),
    })),
    discovery: refObject(data, 'discovery'),
    peerReferences: peers.filter((peer) => peer !== null),
    flow: decodeFlow(top),
    hasFlowSection: top.has('flowControl'),
    parsers: decodeParsers(top),
  };
}

function decodeGates(top: Fields): ReadonlyMap<string, boolean> {
  const gates = new Map<string, boolean>();
  top.strings('featureGates').forEach((text, index) => {
    const [, name, , value] = /^([^=]*)(=(true|false))?$/.exec(text) ?? [];
    if (name === undefined || !GATES.includes(name)) {
      const close = nearest(text.replace(/=.*/, ''), GATES);
      throw new ConfigError({
        path: `featureGates[${index}]`,
        found: foundText(text),
        expected: `${close === undefined ? '' : `${close}, `}one of ${GATES.join(', ')}, with or without =true or =false`,
      });
    }
    gates.set(name, value !== 'false');
  });
  return gates;
}

function decodePlugins(top: Fields): readonly PluginEntry[] {
  const seen = new Set<string>();
  return top.objects('plugins', ['name', 'type', 'parameters']).map((plugin) => {
    const type = plugin.requiredString('type');
    const name = plugin.string('name', '') || type;
    if (seen.has(name)) {
      throw new ConfigError({
        path: plugin.at('name'),
        found: `a second plugin named "${name}"`,
        expected: 'unique names (the name of a plugin is its type unless given)',
      });
    }
    seen.add(name);
    return { name, type, parameters: plugin.raw('parameters'), path: plugin.path };
  });
}

function decodeProfiles(top: Fields): readonly ProfileDocument[] {
  const seen = new Set<string>();
  return top.objects('schedulingProfiles', ['name', 'plugins']).map((profile) => {
    const name = profile.requiredString('name');
    if (seen.has(name)) profile.refuse('name', 'a profile name that is not yet used');
    seen.add(name);
    const plugins = profile.objects('plugins', ['pluginRef', 'weight']).map((entry) => ({
      ...requiredRef(entry),
      weight: entry.has('weight') ? entry.number('weight', 1) : null,
    }));
    return { name, path: profile.path, plugins };
  });
}

function decodeFlow(top: Fields): FlowDocument {
  const flow = top.object('flowControl', [
    'maxBytes',
    'maxRequests',
    'defaultRequestTTL',
    'noEndpointRequestTTL',
    'priorityBands',
    'defaultPriorityBand',
    'defaultNegativePriorityBand',
    'saturationDetector',
    'usageLimitPolicyPluginRef',
    'enableEviction',
  ]);
  const band = (key: string) => (flow.has(key) ? decodeBand(flow.object(key, BAND_KEYS)) : null);
  const bands = flow.objects('priorityBands', BAND_KEYS).map((item) => {
    if (!item.has('priority')) item.refuse('priority', 'an integer');
    return decodeBand(item);
  });
  bands.forEach((item, index) => {
    if (bands.findIndex((other) => other.priority === item.priority) !== index)
      throw new ConfigError({
        path: `${item.path}.priority`,
        found: `a second band of priority ${item.priority}`,
        expected: 'one band a priority',
      });
  });
  return {
    maxBytes: flow.quantity('maxBytes', 0),
    maxRequests: flow.quantity('maxRequests', 0),
    defaultRequestTtlUs: flow.has('defaultRequestTTL') ? flow.durationUs('defaultRequestTTL', 0) : null,
    noEndpointRequestTtlUs: flow.has('noEndpointRequestTTL')
      ? flow.durationUs('noEndpointRequestTTL', 0)
      : null,
    bands,
    defaultBand: band('defaultPriorityBand'),
    defaultNegativeBand: band('defaultNegativePriorityBand'),
    saturationDetector: refObject(flow, 'saturationDetector') ?? refObject(top, 'saturationDetector'),
    usageLimitPolicy: refString(flow, 'usageLimitPolicyPluginRef'),
    enableEviction: flow.boolean('enableEviction', false),
  };
}

function decodeBand(fields: Fields): BandDocument {
  return {
    priority: fields.integer('priority', 0),
    path: fields.path,
    maxBytes: fields.quantity('maxBytes', 0),
    maxRequests: fields.quantity('maxRequests', 0),
    fairnessPolicy: refString(fields, 'fairnessPolicyRef'),
    orderingPolicy: refString(fields, 'orderingPolicyRef'),
  };
}

function decodeParsers(top: Fields): readonly Reference[] {
  const parsers = top
    .object('requestHandler', ['parsers'])
    .objects('parsers', ['pluginRef'])
    .map(requiredRef);
  if (parsers.length > 0) return parsers;
  const single = refObject(top, 'parser');
  return single === null ? [] : [single];
}

function requiredRef(fields: Fields): Reference {
  return { name: fields.requiredString('pluginRef'), path: fields.at('pluginRef') };
}

/** `{key: {pluginRef}}`; null when the key is absent. */
function refObject(fields: Fields, key: string): Reference | null {
  return fields.has(key) ? requiredRef(fields.object(key, ['pluginRef'])) : null;
}

/** `{key: name}`; null when the key is absent or empty. */
function refString(fields: Fields, key: string): Reference | null {
  const name = fields.string(key, '');
  return name === '' ? null : { name, path: fields.at(key) };
}
