/**
 * What a user's module exports: `plugin` (or `plugins`, a list; `default` is taken too), written against the types of
 * plugin-types.ts. A module needs no import at run time: its export is a plain object, and this file makes a definition
 * of it. `parse` may be left out; `defaults` then names the parameters with their default values.
 */
import { ConfigError, nearest } from '../core/check.ts';
import { foundText } from '../routing/config/fields.ts';
import { definePlugin, type PluginDefinition, type PluginSpec } from '../routing/plugin.ts';
import type { SchedulingPolicyDefinition, UserSchedulingPolicy, WaitingRequest } from './engine-policy.ts';
import { guarded, guardedInstance } from './guarded.ts';

/** Value of a parameter without a `parse` of its own. */
export type ParameterValue = number | string | boolean;

/** A plugin as a user writes it. `P`: its parameters. */
export interface UserPlugin<P = Readonly<Record<string, ParameterValue>>>
  extends Omit<PluginSpec<P>, 'parse' | 'stability' | 'summary'> {
  readonly summary?: string;
  /** Parameters and their default values; others are refused, as are values of another type. */
  readonly defaults?: P;
  /** Reads the parameters itself, in place of `defaults`. */
  readonly parse?: (raw: unknown, path: string) => P;
}

/** A loaded module. */
export type PluginModule = Readonly<Record<string, unknown>>;

/** What modules of users hold: plugins of the router, and scheduling policies of engines. */
export interface UserPlugins {
  readonly router: readonly PluginDefinition[];
  readonly engine: readonly SchedulingPolicyDefinition[];
}

/** The kind of plugin that orders an engine's waiting queue. */
const ENGINE_POLICY = 'engine-scheduling-policy';

/** The router's plugins that the module exports; throws ConfigError where it is not as it should be. */
export function pluginsOf(module: PluginModule, path: string): readonly PluginDefinition[] {
  return userPluginsOf(module, path).router;
}

/** Everything that the module exports; throws ConfigError where it is not as it should be. */
export function userPluginsOf(module: PluginModule, path: string): UserPlugins {
  const exported = module['plugins'] ?? module['plugin'] ?? module['default'];
  const list = Array.isArray(exported) ? exported : [exported];
  if (exported === undefined || list.length === 0)
    throw new ConfigError({ path, found: 'no plugin', expected: 'an export named plugin or plugins' });
  const router: PluginDefinition[] = [];
  const engine: SchedulingPolicyDefinition[] = [];
  for (const [i, one] of list.entries()) {
    const plugin = checked(one, list.length === 1 ? 'plugin' : `plugins[${i}]`);
    if ((plugin.kinds as readonly string[]).includes(ENGINE_POLICY))
      engine.push(policyDefinition(plugin as object as UserSchedulingPolicy));
    else router.push(routerDefinition(plugin));
  }
  return { router, engine };
}

/** What several modules export. */
export function joinedPlugins(all: readonly UserPlugins[]): UserPlugins {
  return { router: all.flatMap(({ router }) => router), engine: all.flatMap(({ engine }) => engine) };
}

function checked(value: unknown, path: string): UserPlugin {
  if (typeof value !== 'object' || value === null)
    throw new ConfigError({
      path,
      found: foundText(value),
      expected: 'an object with type, kinds and create',
    });
  const plugin = value as UserPlugin;
  const wrong = (key: string, found: unknown, expected: string): ConfigError =>
    new ConfigError({ path: `${path}.${key}`, found: foundText(found), expected });
  if (typeof plugin.type !== 'string' || plugin.type === '')
    throw wrong('type', plugin.type, 'the name that configurations use');
  if (!Array.isArray(plugin.kinds) || plugin.kinds.length === 0)
    throw wrong('kinds', plugin.kinds, 'a list such as ["scorer"]');
  if (typeof plugin.create !== 'function') throw wrong('create', plugin.create, 'a function');
  return plugin;
}

function routerDefinition(plugin: UserPlugin): PluginDefinition {
  return definePlugin<Readonly<Record<string, ParameterValue>>>({
    ...plugin,
    stability: 'beta',
    summary: plugin.summary ?? '',
    create: (parameters, context) =>
      guardedInstance(
        plugin.type,
        guarded(plugin.type, 'create', () => plugin.create(parameters, context)),
      ),
    parse: plugin.parse ?? ((raw, at) => withDefaults(raw, plugin.defaults ?? {}, at)),
  });
}

function policyDefinition({ type, summary = '', defaults = {}, create }: UserSchedulingPolicy) {
  return {
    ...{ type, summary },
    bind(raw: unknown, path: string) {
      const parameters = withDefaults(raw, defaults, path);
      const policy = guarded(type, 'create', () => create(parameters));
      return { rank: (request: WaitingRequest) => guarded(type, 'rank', () => policy.rank(request)) };
    },
  };
}

function withDefaults(
  raw: unknown,
  defaults: Readonly<Record<string, ParameterValue>>,
  path: string,
): Readonly<Record<string, ParameterValue>> {
  const given = raw ?? {};
  if (typeof given !== 'object' || Array.isArray(given))
    throw new ConfigError({ path, found: foundText(raw), expected: 'an object' });
  const known = Object.keys(defaults);
  for (const [key, value] of Object.entries(given)) {
    const at = `${path}.${key}`;
    if (!known.includes(key)) {
      const expected =
        nearest(key, known) ?? (known.length === 0 ? 'no keys here' : `one of ${known.join(', ')}`);
      throw new ConfigError({ path: at, found: 'an unknown key', expected });
    }
    if (typeof value !== typeof defaults[key])
      throw new ConfigError({ path: at, found: foundText(value), expected: `a ${typeof defaults[key]}` });
  }
  return { ...defaults, ...(given as Readonly<Record<string, ParameterValue>>) };
}
