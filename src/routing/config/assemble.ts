/** Creates the instances of a plan, in order of their references, and groups them by what they do. */
import { assert, ConfigError } from '../../core/check.ts';
import type { Rng, Streams } from '../../core/rng.ts';
import type { FlowSettings } from '../../flow/flow-control.ts';
import type { SaturationDetector } from '../../flow/policy.ts';
import { type BandSection, flowSettings } from '../../flow/settings.ts';
import type { Columns } from '../columns.ts';
import type { EndpointTable } from '../endpoint.ts';
import type {
  Admitter,
  HeaderProcessor,
  PluginDefinition,
  PluginInstance,
  Producer,
  ProfileHandler,
  RequestHooks,
  Screener,
} from '../plugin.ts';
import { Profile } from '../profile.ts';
import { type Stopwatch, Timing } from '../stopwatch.ts';
import type { BandDocument, Reference } from './document.ts';
import type { PlannedPlugin, RouterPlan } from './plan.ts';

/** What instances are created with. */
export interface AssemblyParts {
  readonly table: EndpointTable;
  readonly columns: Columns;
  readonly streams: Streams;
  readonly definitions: readonly PluginDefinition[];
  /** Times plugins; absent: they are not. */
  readonly stopwatch?: Stopwatch;
}

/** All instances of a router. */
export interface Assembly {
  readonly instances: ReadonlyMap<string, PluginInstance>;
  readonly profiles: readonly Profile[];
  readonly handler: ProfileHandler;
  readonly headerProcessors: readonly HeaderProcessor[];
  readonly screeners: readonly Screener[];
  readonly producers: readonly Producer[];
  readonly admitters: readonly Admitter[];
  readonly hooks: readonly RequestHooks[];
  readonly detector: SaturationDetector;
  /** Null when the feature gate is off. */
  readonly flow: FlowSettings | null;
}

/** throws: ConfigError when plugins refer to each other in a circle or a handler cannot serve the profiles. */
export function assemble(plan: RouterPlan, parts: AssemblyParts): Assembly {
  const instances = createAll(plan, parts);
  const instance = (plugin: PlannedPlugin): PluginInstance => {
    const found = instances.get(plugin.name);
    assert(found !== undefined, `plugin ${plugin.name} was not created`);
    return found;
  };
  const timing = new Timing(parts.stopwatch ?? null);
  /** What those plugins can do of one kind, timed. */
  const all = <T>(
    plugins: readonly PlannedPlugin[],
    of: (one: PluginInstance) => T | undefined,
    timed: (part: T, plugin: PlannedPlugin) => T,
  ): T[] =>
    plugins.flatMap((plugin) => {
      const part = of(instance(plugin));
      return part === undefined ? [] : [timed(part, plugin)];
    });
  const profiles = plan.profiles.map((profile) => {
    const members = profile.entries.map((entry) => entry.plugin);
    const [picker] = all(
      members,
      (one) => one.picker,
      (one, plugin) => timing.picker(one, plugin),
    );
    assert(picker !== undefined, `profile ${profile.name} has no picker`);
    const filters = all(
      members,
      (one) => one.filter,
      (one, plugin) => timing.filter(one, plugin),
    );
    const scorers = profile.entries.flatMap(({ plugin, weight }) => {
      const { scorer } = instance(plugin);
      const { name } = plugin;
      return scorer === undefined
        ? []
        : [{ name, weight: weight ?? 1, scorer: timing.scorer(scorer, plugin) }];
    });
    return new Profile(profile.name, filters, scorers, picker);
  });
  const makeHandler = instance(plan.handler).handler;
  assert(makeHandler !== undefined, `${plan.handler.type} is no profile handler`);
  const { detector } = instance(plan.detector);
  assert(detector !== undefined, `${plan.detector.type} is no saturation detector`);
  return {
    instances,
    profiles,
    handler: timing.handler(
      makeHandler(
        plan.profiles.map((profile) => profile.name),
        plan.handler.path,
      ),
      plan.handler,
    ),
    headerProcessors: all(
      plan.plugins,
      (one) => one.headerProcessor,
      (one, plugin) => timing.headerProcessor(one, plugin),
    ),
    screeners: all(
      plan.plugins,
      (one) => one.screener,
      (one, plugin) => timing.screener(one, plugin),
    ),
    producers: all(
      plan.producers,
      (one) => one.producer,
      (one, plugin) => timing.producer(one, plugin),
    ),
    admitters: all(
      plan.plugins,
      (one) => one.admitter,
      (one, plugin) => timing.admitter(one, plugin),
    ),
    hooks: all(
      plan.plugins,
      (one) => one.hooks,
      (one, plugin) => timing.hooks(one, plugin),
    ),
    detector,
    flow: plan.document.flowControlGate ? flowOf(plan, parts, instances, detector) : null,
  };
}

function createAll(plan: RouterPlan, parts: AssemblyParts): ReadonlyMap<string, PluginInstance> {
  const instances = new Map<string, PluginInstance>();
  const open = new Set<string>();
  const byName = new Map(plan.plugins.map((plugin) => [plugin.name, plugin]));
  const create = (plugin: PlannedPlugin): void => {
    if (instances.has(plugin.name)) return;
    if (open.has(plugin.name))
      throw new ConfigError({
        path: plugin.path,
        found: `plugin ${plugin.name}, which refers to itself through others`,
        expected: 'references without a circle',
      });
    open.add(plugin.name);
    for (const { name } of plugin.bound.references) {
      const other = byName.get(name);
      if (other !== undefined) create(other);
    }
    instances.set(
      plugin.name,
      plugin.bound.create({
        name: plugin.name,
        rng: lazyRng(parts.streams, `router/${plugin.name}`),
        table: parts.table,
        column: (type, producer) => parts.columns.get(type, producer),
        plugin(name) {
          const found = instances.get(name);
          assert(found !== undefined, `${plugin.name} asks for ${name} without declaring the reference`);
          return found;
        },
      }),
    );
  };
  for (const plugin of plan.plugins) create(plugin);
  return instances;
}

/** Opens the stream at the first draw: most plugins never draw. */
function lazyRng(streams: Streams, path: string): Rng {
  let rng: Rng | null = null;
  return {
    unit() {
      rng ??= streams.open(path);
      return rng.unit();
    },
  };
}

function flowOf(
  plan: RouterPlan,
  parts: AssemblyParts,
  instances: ReadonlyMap<string, PluginInstance>,
  detector: SaturationDetector,
): FlowSettings {
  const { flow } = plan.document;
  const named = (reference: Reference | null): PluginInstance | undefined =>
    reference === null ? undefined : instances.get(reference.name);
  const band = (document: BandDocument): BandSection => ({
    maxBytes: document.maxBytes,
    maxRequests: document.maxRequests,
    fairness: named(document.fairnessPolicy)?.fairness ?? null,
    ordering: named(document.orderingPolicy)?.ordering ?? null,
  });
  const fairness = instances.get(plan.fairness.name)?.fairness;
  const ordering = instances.get(plan.ordering.name)?.ordering;
  const usageLimit = instances.get(plan.usageLimit.name)?.usageLimit;
  assert(
    fairness !== undefined && ordering !== undefined && usageLimit !== undefined,
    'the policies of flow control are what their kinds say',
  );
  return flowSettings(
    {
      maxBytes: flow.maxBytes,
      maxRequests: flow.maxRequests,
      requestTtlUs: flow.defaultRequestTtlUs,
      noEndpointTtlUs: flow.noEndpointRequestTtlUs,
      bands: flow.bands.map((document) => ({ priority: document.priority, ...band(document) })),
      defaultBand: flow.defaultBand === null ? null : band(flow.defaultBand),
      defaultNegativeBand: flow.defaultNegativeBand === null ? null : band(flow.defaultNegativeBand),
    },
    { fairness, ordering, usageLimit, detector, eviction: flow.enableEviction ? evictionOf(parts) : null },
  );
}

/** Eviction uses its two policies without their being configured. */
function evictionOf(parts: AssemblyParts): NonNullable<Parameters<typeof flowSettings>[1]['eviction']> {
  const make = (type: string): PluginInstance => {
    const definition = parts.definitions.find((each) => each.type === type);
    assert(definition !== undefined, `plugin type ${type} is not registered`);
    return definition.bind(undefined, type).create({
      name: type,
      rng: lazyRng(parts.streams, `router/${type}`),
      table: parts.table,
      column: (kind, producer) => parts.columns.get(kind, producer),
      plugin: () => ({}),
    });
  };
  const filter = make('sheddable-eviction-filter').evictionFilter;
  const order = make('priority-then-time-eviction-order-policy').evictionOrder;
  assert(filter !== undefined && order !== undefined, 'eviction policies are what their kinds say');
  return { filter, order };
}
