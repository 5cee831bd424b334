/**
 * Plugins of users may throw. What they throw is told as a mistake of the plugin, by its type and what it was doing, and not as
 * a defect of the router.
 */
import { ConfigError } from '../core/check.ts';
import type { PluginInstance } from '../routing/plugin.ts';

/** Runs `action`; what it throws becomes a ConfigError that names the plugin. */
export function guarded<T>(type: string, what: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw mistakeOf(type, what, error);
  }
}

/** The instance with filter, scorer and picker guarded. */
export function guardedInstance(type: string, instance: PluginInstance): PluginInstance {
  const { filter, scorer, picker } = instance;
  const guards: PluginInstance = {
    ...(filter === undefined
      ? {}
      : { filter: { ...basisOf(filter), filter: (c) => guarded(type, 'filter', () => filter.filter(c)) } }),
    ...(scorer === undefined
      ? {}
      : {
          scorer: {
            ...basisOf(scorer),
            score: (c, out) => guarded(type, 'score', () => scorer.score(c, out)),
          },
        }),
    ...(picker === undefined
      ? {}
      : {
          picker: {
            pick: (c, totals, picked) => guarded(type, 'pick', () => picker.pick(c, totals, picked)),
          },
        }),
  };
  // What an instance of a class has by its prototype stays.
  return Object.create(instance, Object.getOwnPropertyDescriptors(guards)) as PluginInstance;
}

function basisOf<B>({ basis }: { readonly basis?: B }): { readonly basis?: B } {
  return basis === undefined ? {} : { basis };
}

function mistakeOf(type: string, what: string, error: unknown): unknown {
  if (error instanceof ConfigError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ConfigError({
    path: `plugin ${type}`,
    found: `an error in ${what}: ${message}`,
    expected: 'a plugin that does not throw',
  });
}
