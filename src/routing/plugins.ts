/** Every plugin type of the router: one import and one line each. */
import type { PluginDefinition } from './plugin.ts';

export const PLUGINS: readonly PluginDefinition[] = [];
