/** The router of a scenario for deployments: its EndpointPickerConfig and the flags of the endpoint picker. */

import { ConfigError } from '../../src/core/check.ts';
import { BUILT_IN_CONFIG } from '../../src/routing/config/defaults.ts';
import { decodeDocument } from '../../src/routing/config/document.ts';
import { planRouter } from '../../src/routing/config/plan.ts';
import { PLUGINS } from '../../src/routing/plugins.ts';
import { defaultRouterConfig } from '../cluster/default-router.ts';
import type { Scenario } from '../scenario/schema.ts';

/** What the endpoint picker is started with. */
export interface RouterParts {
  readonly config: Readonly<Record<string, unknown>>;
  readonly pluginTypes: readonly string[];
  /** Flags by name without dashes; only those that differ from the picker's defaults. */
  readonly flags: Readonly<Record<string, string>>;
}

/** Period of metric scrapes where a scenario names none, ms: the picker's own default. */
const DEFAULT_SCRAPE_MS = 50;

/** The router that the scenario is simulated with. Throws ConfigError below `router.config`. */
export function routerParts(scenario: Scenario): RouterParts {
  const { config, scrapeIntervalMs, allowExperimentalPlugins } = scenario.router ?? {};
  if (typeof config === 'string') {
    throw new ConfigError({
      path: 'router.config',
      found: `the path ${config}`,
      expected: 'the EndpointPickerConfig itself',
    });
  }
  const effective = config ?? defaultRouterConfig(scenario.fleet) ?? BUILT_IN_CONFIG;
  const flags: Record<string, string> = {};
  if (scrapeIntervalMs !== undefined && scrapeIntervalMs !== DEFAULT_SCRAPE_MS) {
    flags['refresh-metrics-interval'] = `${scrapeIntervalMs}ms`;
  }
  if (allowExperimentalPlugins === true) flags['allow-experimental-plugins'] = 'true';
  return {
    config: effective,
    pluginTypes: checkedTypes(effective, allowExperimentalPlugins === true),
    flags,
  };
}

/** Types of the configured plugins; a configuration that the picker would refuse is refused here. */
function checkedTypes(config: unknown, allowExperimental: boolean): readonly string[] {
  try {
    const document = decodeDocument(config);
    const types = document.plugins.map((plugin) => plugin.type);
    const known = new Set(PLUGINS.map((plugin) => plugin.type));
    // With plugins of the user's own the rest cannot be judged; they are gaps.
    if (types.every((type) => known.has(type))) planRouter(document, PLUGINS, allowExperimental);
    return types;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(error.problems.map((one) => ({ ...one, path: `router.config.${one.path}` })));
  }
}
