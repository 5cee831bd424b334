/**
 * Reads fields of a Hugging Face config by any of their names; a field of the wrong kind is a ConfigError
 * with its path.
 */
import { ConfigError } from '../../src/core/check.ts';

/** A plain object of unknown content. */
export type PlainObject = Readonly<Record<string, unknown>>;

/** True for objects that are neither null nor arrays. */
export function isPlainObject(value: unknown): value is PlainObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Field access with aliases; collects what was left unread. */
export class ConfigReader {
  readonly type: string;
  readonly notes: string[] = [];
  readonly #config: PlainObject;
  readonly #path: string;
  /** Fields that something asked for. */
  readonly #asked = new Set<string>(['model_type']);

  constructor(config: PlainObject, path: string) {
    this.#config = config;
    this.#path = path;
    const type = config['model_type'];
    if (typeof type !== 'string') {
      throw new ConfigError({
        path: this.at('model_type'),
        found: type === undefined ? 'nothing' : JSON.stringify(type),
        expected: 'a model type, e.g. "llama"',
      });
    }
    this.type = type;
  }

  /** Path of a field in the user's document. */
  at(field: string): string {
    return this.#path === '' ? field : `${this.#path}.${field}`;
  }

  /** The first of these fields that is present and not null. */
  raw(...names: string[]): unknown {
    for (const name of names) {
      this.#asked.add(name);
      const value = this.#config[name];
      if (value !== undefined && value !== null) return value;
    }
    return undefined;
  }

  /** Fields of the config that nothing asked for, in its order. */
  get unasked(): string[] {
    return Object.keys(this.#config).filter((name) => !this.#asked.has(name) && this.#config[name] !== null);
  }

  /** A positive integer; `undefined` when none of the names is present. */
  optionalCount(...names: string[]): number | undefined {
    const value = this.raw(...names);
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value;
    throw new ConfigError({
      path: this.at(names.find((name) => this.raw(name) !== undefined)!),
      found: JSON.stringify(value),
      expected: 'a positive integer',
    });
  }

  /** As `optionalCount`; 0 is allowed and is the value when absent. */
  natural(...names: string[]): number {
    const value = this.raw(...names);
    return value === undefined || value === 0 ? 0 : this.optionalCount(...names)!;
  }

  /** A positive integer that must be there. */
  count(...names: string[]): number {
    const value = this.optionalCount(...names);
    if (value !== undefined) return value;
    throw new ConfigError({
      path: this.at(names[0]!),
      found: 'nothing',
      expected: `a positive integer (a config of type "${this.type}" needs it)`,
    });
  }

  /** A flag; `fallback` when absent. */
  flag(name: string, fallback: boolean): boolean {
    const value = this.raw(name);
    if (value === undefined) return fallback;
    if (typeof value === 'boolean') return value;
    throw new ConfigError({ path: this.at(name), found: JSON.stringify(value), expected: 'true or false' });
  }
}
