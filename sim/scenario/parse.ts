/**
 * From a plain object (YAML and JSON text are read by the shells) to a scenario or comparison: schema, cross-field rules,
 * thresholds. All problems are reported together, each with its path.
 */
import { ConfigError, type ConfigProblem } from '../../src/core/check.ts';
import { boundedRun } from '../workload/bounds.ts';
import { describeValue } from './describe.ts';
import { plainSchema } from './json-schema.ts';
import { comparisonProblems, scenarioProblems } from './rules.ts';
import { type Comparison, ComparisonSchema, type Scenario, ScenarioSchema } from './schema.ts';
import { isMapping, schemaProblems } from './validate.ts';

/** A document of either kind. */
export type ParsedDocument =
  | { readonly kind: 'scenario'; readonly scenario: Scenario }
  | { readonly kind: 'comparison'; readonly comparison: Comparison };

/** Parses a scenario; `run` comes back with the bound that an endless workload needs. Throws ConfigError. */
export function parseScenario(document: unknown, file?: string): Scenario {
  const scenario = validated<Scenario>(document, ScenarioSchema, scenarioProblems, file);
  return { ...scenario, run: boundedRun(scenario.workload, scenario.run ?? {}) };
}

/** Parses a comparison. Throws ConfigError. */
export function parseComparison(document: unknown, file?: string): Comparison {
  return validated<Comparison>(document, ComparisonSchema, comparisonProblems, file);
}

/** Parses either: a document with `fleets` or `workloads` is a comparison. Throws ConfigError. */
export function parseDocument(document: unknown, file?: string): ParsedDocument {
  const isComparison =
    isMapping(document) && (Object.hasOwn(document, 'fleets') || Object.hasOwn(document, 'workloads'));
  return isComparison
    ? { kind: 'comparison', comparison: parseComparison(document, file) }
    : { kind: 'scenario', scenario: parseScenario(document, file) };
}

function validated<T extends Scenario | Comparison>(
  document: unknown,
  schema: object,
  rules: (document: T) => ConfigProblem[],
  file: string | undefined,
): T {
  const problems = isMapping(document)
    ? schemaProblems(plainSchema(schema), document)
    : [
        {
          path: '',
          found: describeValue(document),
          expected: 'a mapping with keys such as workload and fleet',
        },
      ];
  // The schema allows the document to be seen as T; the rules need it to.
  if (problems.length === 0) problems.push(...rules(document as T));
  if (problems.length > 0) {
    const error = new ConfigError(problems);
    throw file === undefined ? error : error.inFile(file);
  }
  return document as T;
}
