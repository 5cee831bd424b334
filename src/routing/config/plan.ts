/**
 * From a decoded document to the complete list of plugins and profiles: upstream's default injection, in upstream's
 * order (router specification 2.2), with upstream's start-up errors (2.3). Nothing is created here; `assemble.ts`
 * creates what the plan lists.
 */
import { ConfigError, nearest } from '../../core/check.ts';
import type { BoundPlugin, PluginDefinition, PluginKind } from '../plugin.ts';
import { orderProducers } from './data-producers.ts';
import type { EppDocument, PluginEntry, Reference } from './document.ts';

/** A plugin that will be created. */
export interface PlannedPlugin {
  readonly name: string;
  readonly type: string;
  /** As written; undefined when none are. */
  readonly rawParameters: unknown;
  /** Place in the user's document, or a text that says why the plugin is there. */
  readonly path: string;
  readonly bound: BoundPlugin;
}

/** An entry of a profile, weight settled. */
export interface PlannedEntry {
  readonly plugin: PlannedPlugin;
  /** Null for what is no scorer. */
  readonly weight: number | null;
}

export interface PlannedProfile {
  readonly name: string;
  readonly entries: readonly PlannedEntry[];
}

/** Everything that will be there. */
export interface RouterPlan {
  readonly document: EppDocument;
  /** In order of configuration, then injected ones in order of injection. */
  readonly plugins: readonly PlannedPlugin[];
  readonly profiles: readonly PlannedProfile[];
  readonly handler: PlannedPlugin;
  readonly detector: PlannedPlugin;
  readonly usageLimit: PlannedPlugin;
  readonly fairness: PlannedPlugin;
  readonly ordering: PlannedPlugin;
  readonly parsers: readonly PlannedPlugin[];
  readonly sources: readonly {
    readonly source: PlannedPlugin;
    readonly extractors: readonly PlannedPlugin[];
  }[];
  /** Those that produce data, in order of execution. */
  readonly producers: readonly PlannedPlugin[];
}

const DEFAULT_PARSERS = ['openai-parser', 'anthropic-parser', 'vllmhttp-parser', 'passthrough-parser'];
const METRICS_SOURCE = 'metrics-data-source';
const METRICS_EXTRACTOR = 'core-metrics-extractor';

/** The plugins known so far, by name. */
export class PluginSet {
  readonly list: PlannedPlugin[] = [];
  readonly #types: ReadonlyMap<string, PluginDefinition>;
  readonly #byName = new Map<string, PlannedPlugin>();

  constructor(definitions: readonly PluginDefinition[]) {
    this.#types = new Map(definitions.map((definition) => [definition.type, definition]));
  }

  isType(name: string): boolean {
    return this.#types.has(name);
  }

  find(name: string): PlannedPlugin | undefined {
    return this.#byName.get(name);
  }

  ofKind(kind: PluginKind): readonly PlannedPlugin[] {
    return this.list.filter((plugin) => isKind(plugin, kind));
  }

  add(entry: PluginEntry): PlannedPlugin {
    const definition = this.#types.get(entry.type);
    if (definition === undefined) {
      const close = nearest(entry.type, [...this.#types.keys()]);
      throw new ConfigError({
        path: `${entry.path}.type`,
        found: `"${entry.type}", which no plugin has`,
        expected:
          close === undefined ? 'a registered plugin type' : `${close} or another registered plugin type`,
      });
    }
    const bound = definition.bind(entry.parameters, `${entry.path}.parameters`);
    const { name, type, path } = entry;
    const planned = { name, type, rawParameters: entry.parameters ?? undefined, path, bound };
    this.list.push(planned);
    this.#byName.set(name, planned);
    return planned;
  }

  /** The plugin of that name, or a new one of that type, name being the type. */
  inject(type: string, why: string): PlannedPlugin {
    return this.find(type) ?? this.add({ name: type, type, parameters: undefined, path: why });
  }

  /** throws: ConfigError when the name is unknown or of another kind. */
  resolve(reference: Reference, kind: PluginKind | null): PlannedPlugin {
    const plugin = this.find(reference.name);
    if (plugin !== undefined && (kind === null || isKind(plugin, kind))) return plugin;
    const fitting = kind === null ? this.list : this.ofKind(kind);
    const names = fitting.map((known) => known.name);
    const close = nearest(reference.name, names);
    const what = kind === null ? 'the name of a plugin' : `the name of a ${kind}`;
    const list = names.length === 0 ? 'none is configured' : names.join(', ');
    throw new ConfigError({
      path: reference.path,
      found:
        plugin === undefined
          ? `"${reference.name}", which no plugin is named`
          : `"${reference.name}", a ${plugin.bound.definition.kinds.join(' and ')}`,
      expected: close === undefined ? `${what} (${list})` : `${what}: ${close}`,
    });
  }
}

function isKind(plugin: PlannedPlugin, kind: PluginKind): boolean {
  return plugin.bound.definition.kinds.includes(kind);
}

/** throws: ConfigError */
export function planRouter(
  document: EppDocument,
  definitions: readonly PluginDefinition[],
  allowExperimental: boolean,
): RouterPlan {
  const set = new PluginSet(definitions);
  for (const entry of document.plugins) set.add(entry);
  for (const plugin of [...set.list]) {
    for (const { name, path, kind } of plugin.bound.references) set.resolve({ name, path }, kind);
  }
  const skeletons = planProfiles(document, set);
  const handler = planHandler(set, skeletons.length);
  const profiles = completePickers(skeletons, set);
  const flow = planFlow(document, set);
  const parsers = planParsers(document, set);
  const sources = planSources(document, set);
  if (document.discovery !== null) set.resolve(document.discovery, 'discovery');
  for (const reference of document.peerReferences) set.resolve(reference, null);
  const producers = orderProducers(set);
  if (!allowExperimental) refuseAlpha(set.list);
  return { document, plugins: set.list, profiles, handler, ...flow, parsers, sources, producers };
}

function planProfiles(document: EppDocument, set: PluginSet): readonly PlannedProfile[] {
  if (document.profiles.length === 0) {
    const kinds: readonly PluginKind[] = ['filter', 'scorer', 'picker'];
    const entries = set.list
      .filter((plugin) => kinds.some((kind) => isKind(plugin, kind)))
      .map((plugin) => entryOf(plugin, null));
    return [{ name: 'default', entries }];
  }
  return document.profiles.map((profile) => ({
    name: profile.name,
    entries: profile.plugins.map((entry) => entryOf(set.resolve(entry, null), entry.weight)),
  }));
}

function entryOf(plugin: PlannedPlugin, weight: number | null): PlannedEntry {
  return { plugin, weight: isKind(plugin, 'scorer') ? (weight ?? 1) : null };
}

function planHandler(set: PluginSet, profiles: number): PlannedPlugin {
  const handlers = set.ofKind('profile-handler');
  if (handlers.length === 0 && profiles === 1) return set.inject('single-profile-handler', 'default handler');
  const [handler, second] = handlers;
  if (handler === undefined) {
    throw new ConfigError({
      path: 'plugins',
      found: `no profile handler for ${profiles} profiles`,
      expected: `one of ${set.isType('disagg-profile-handler') ? 'disagg-profile-handler, ' : ''}header-profile-handler, or a single profile`,
    });
  }
  if (second !== undefined) {
    throw new ConfigError({
      path: second.path,
      found: `a second profile handler beside ${handler.name}`,
      expected: 'one profile handler',
    });
  }
  return handler;
}

/** With several pickers configured upstream takes any for a profile that names none; here the first one. */
function completePickers(profiles: readonly PlannedProfile[], set: PluginSet): readonly PlannedProfile[] {
  const known = set.ofKind('picker')[0] ?? set.inject('max-score-picker', 'default picker');
  return profiles.map((profile) => {
    const pickers = profile.entries.filter((entry) => isKind(entry.plugin, 'picker'));
    if (pickers.length > 1) {
      throw new ConfigError({
        path: `schedulingProfiles.${profile.name}`,
        found: `${pickers.length} pickers (${pickers.map((entry) => entry.plugin.name).join(', ')})`,
        expected: 'one picker a profile',
      });
    }
    if (pickers.length === 1) return profile;
    return { name: profile.name, entries: [...profile.entries, { plugin: known, weight: null }] };
  });
}

function planFlow(
  document: EppDocument,
  set: PluginSet,
): Pick<RouterPlan, 'ordering' | 'fairness' | 'usageLimit' | 'detector'> {
  const { flow } = document;
  const ordering = set.inject('fcfs-ordering-policy', 'default ordering policy');
  const fairness = set.inject('global-strict-fairness-policy', 'default fairness policy');
  const usageLimit =
    flow.usageLimitPolicy === null
      ? set.inject('static-usage-limit-policy', 'default usage-limit policy')
      : set.resolve(flow.usageLimitPolicy, 'usage-limit-policy');
  const detector =
    flow.saturationDetector === null
      ? set.inject('utilization-detector', 'default saturation detector')
      : set.resolve(flow.saturationDetector, 'saturation-detector');
  for (const band of [...flow.bands, flow.defaultBand, flow.defaultNegativeBand]) {
    if (band?.fairnessPolicy) set.resolve(band.fairnessPolicy, 'fairness-policy');
    if (band?.orderingPolicy) set.resolve(band.orderingPolicy, 'ordering-policy');
  }
  return { ordering, fairness, usageLimit, detector };
}

/** Parser types after the first of the same type are dropped, as upstream does with a warning. */
function planParsers(document: EppDocument, set: PluginSet): readonly PlannedPlugin[] {
  const wanted =
    document.parsers.length > 0
      ? document.parsers
      : DEFAULT_PARSERS.map((name) => ({ name, path: 'default parsers' }));
  const parsers = wanted.map((reference) => {
    if (set.find(reference.name) === undefined && set.isType(reference.name))
      set.inject(reference.name, reference.path);
    return set.resolve(reference, 'parser');
  });
  return parsers.filter(
    (parser, index) => parsers.findIndex((other) => other.type === parser.type) === index,
  );
}

function planSources(document: EppDocument, set: PluginSet): RouterPlan['sources'] {
  const sources = document.sources.map((source) => ({
    source: set.resolve(source, 'data-source'),
    extractors: source.extractors.map((extractor) => set.resolve(extractor, null)),
  }));
  if (!document.injectDefaults || sources.some(({ source }) => source.name === METRICS_SOURCE))
    return sources;
  const source = set.inject(METRICS_SOURCE, 'default data layer');
  return [...sources, { source, extractors: [set.inject(METRICS_EXTRACTOR, 'default data layer')] }];
}

function refuseAlpha(plugins: readonly PlannedPlugin[]): void {
  const problems = plugins
    .filter((plugin) => plugin.bound.definition.stability === 'alpha')
    .map((plugin) => ({
      path: plugin.path,
      found: `${plugin.type}, an alpha plugin`,
      expected: 'a stable plugin, or experimental plugins allowed (--allow-experimental-plugins)',
    }));
  if (problems.length > 0) throw new ConfigError(problems);
}
