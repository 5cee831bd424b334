/** JSON that a user wrote. */
import { ConfigError } from '../../src/core/check.ts';

/** What a text holds; `what`: which JSON it should be, e.g. `a report`. Throws ConfigError that names the file. */
export function jsonFrom(text: string, file: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigError({
      file,
      path: '',
      found: `no JSON (${(error as Error).message})`,
      expected: what,
    });
  }
}
