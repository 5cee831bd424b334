/** What the worker knows about documents: their schemas, and what is wrong with one. */
import { parseLab } from '../../sim/lab/parse.ts';
import { LabSchema } from '../../sim/lab/schema.ts';
import { parsePlan } from '../../sim/planner/parse.ts';
import { PlanSchema } from '../../sim/planner/schema.ts';
import type { JsonSchema } from '../../sim/scenario/json-schema.ts';
import { parseComparison } from '../../sim/scenario/parse.ts';
import { ComparisonSchema } from '../../sim/scenario/schema.ts';
import { ConfigError, type ConfigProblem } from '../../src/core/check.ts';
import type { DocumentKind } from '../state/document-store.ts';

const SCHEMAS = { comparison: ComparisonSchema, plan: PlanSchema, lab: LabSchema } as const;
const PARSERS = { comparison: parseComparison, plan: parsePlan, lab: parseLab } as const;

export function schemaOf(kind: DocumentKind): JsonSchema {
  // Without the symbols that TypeBox keeps for itself, which would not cross to the page.
  return JSON.parse(JSON.stringify(SCHEMAS[kind])) as JsonSchema;
}

export function problemsOf(kind: DocumentKind, document: unknown): readonly ConfigProblem[] {
  try {
    PARSERS[kind](document);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}
