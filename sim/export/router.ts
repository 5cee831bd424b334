/** The router of a scenario for deployments: its EndpointPickerConfig and the flags of the endpoint picker. */

import { ConfigError } from '../../src/core/check.ts';
import { BUILT_IN_CONFIG } from '../../src/routing/config/defaults.ts';
import { decodeDocument } from '../../src/routing/config/document.ts';
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
  const pluginTypes = decodeDocument(effective).plugins.map((plugin) => plugin.type);
  return { config: effective, pluginTypes, flags };
}
