/** Unions in the document schemas: their branches, and the key whose literal tells branches apart. */
import type { JsonSchema } from './json-schema.ts';

/** Branches of a union, unions within it spelled out. */
export function flatBranches(schema: JsonSchema): JsonSchema[] {
  return (schema.anyOf ?? []).flatMap((branch) =>
    branch.anyOf === undefined ? [branch] : flatBranches(branch),
  );
}

/** The key that has another literal in each of several mappings; undefined when there is none. */
export function discriminator(branches: readonly JsonSchema[]): string | undefined {
  return Object.keys(branches[0]?.properties ?? {}).find((key) =>
    branches.every((branch) => branch.properties?.[key]?.const !== undefined),
  );
}

/** The literals of that key. */
export function literalsOf(branches: readonly JsonSchema[], key: string): JsonSchema[] {
  return branches.map((branch) => branch.properties![key]!);
}
