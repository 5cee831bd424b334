/**
 * Plugins of the policies in the box beside a user's own: a configuration that names one runs wherever it is given to, in the
 * lab, in a plain run and in production.
 */
import type { UserPlugins } from '../../../src/plugin-api/plugin-module.ts';
import type { PluginDefinition } from '../../../src/routing/plugin.ts';
import { BASELINES } from './all.ts';

/** Plugins in the box, for the router. */
export function boxedPlugins(): readonly PluginDefinition[] {
  return BASELINES.flatMap(({ plugins }) => plugins);
}

/** The plugins in the box, and these. */
export function withBoxed(own: UserPlugins = { router: [], engine: [] }): UserPlugins {
  return { router: [...boxedPlugins(), ...own.router], engine: own.engine };
}
