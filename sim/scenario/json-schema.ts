/** The published JSON Schemas of documents, and JSON Schema as far as they use it. */
import { ComparisonSchema, ScenarioSchema } from './schema.ts';

/** The parts of JSON Schema (draft 7) that the document schemas are made of. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean';
  readonly const?: string | number | boolean;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean;
  readonly required?: readonly string[];
  /** One schema for all elements, or one per position (a tuple). */
  readonly items?: JsonSchema | readonly JsonSchema[];
  readonly minItems?: number;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
}

/** Dialect of the schemas: TypeBox writes tuples as a list of `items`, as draft 7 does. */
const DIALECT = 'http://json-schema.org/draft-07/schema#';

/** Schemas by the name that `drydock schema <name>` takes. */
export function documentSchemas(): Readonly<Record<'scenario' | 'comparison', JsonSchema>> {
  return { scenario: published(ScenarioSchema), comparison: published(ComparisonSchema) };
}

/** A TypeBox schema as plain JSON Schema. */
export function plainSchema(schema: object): JsonSchema {
  return schema as JsonSchema;
}

function published(schema: object): JsonSchema {
  return { $schema: DIALECT, ...(JSON.parse(JSON.stringify(schema)) as JsonSchema) };
}
