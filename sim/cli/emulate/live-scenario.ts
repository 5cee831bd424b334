/** Reads a scenario for live use. */

import { parse } from 'yaml';
import { ConfigError } from '../../../src/core/check.ts';
import type { UserPlugins } from '../../../src/plugin-api/plugin-module.ts';
import { buildFleet, type Fleet } from '../../cluster/fleet.ts';
import { parseScenario } from '../../scenario/parse.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { type LoadedDocument, loadDocument, readText } from '../document.ts';
import { fileLines } from '../lines.ts';

/** A scenario with its fleet set up. */
export interface LiveScenario {
  readonly document: LoadedDocument;
  readonly scenario: Scenario;
  readonly fleet: Fleet;
  /** What the scenario may name beside what is in the box. */
  readonly plugins: UserPlugins;
  readonly readLines: (path: string) => Iterable<string>;
}

/** throws: ConfigError, with file and line, of any mistake. */
export function loadLiveScenario(
  file: string,
  plugins: UserPlugins = { router: [], engine: [] },
): LiveScenario {
  const document = loadDocument(file);
  try {
    const parsed = parseScenario(document.data);
    const scenario = withRouterFile(parsed, document);
    const readLines = (path: string): Iterable<string> => fileLines(document.resolve(path));
    const fleet = buildFleet(scenario.fleet, scenario.calibration, 'fleet', readLines, plugins.engine);
    return { document, scenario, fleet, readLines, plugins };
  } catch (error) {
    throw error instanceof ConfigError ? document.locate(error) : error;
  }
}

function withRouterFile(scenario: Scenario, document: LoadedDocument): Scenario {
  const config = scenario.router?.config;
  if (typeof config !== 'string') return scenario;
  const read: unknown = parse(readText(document.resolve(config), 'an EndpointPickerConfig'));
  return { ...scenario, router: { ...scenario.router, config: read as Record<string, unknown> } };
}
