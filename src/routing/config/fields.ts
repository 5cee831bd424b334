/**
 * Strict reading of a plain object: every key must be known, every value of the right type and range. Absent keys and
 * nulls take the default, as in upstream's decoder. Errors name path, what was found and what is allowed.
 */
import { ConfigError, nearest } from '../../core/check.ts';

/** Limits on a number. */
export interface NumberRule {
  readonly min?: number;
  readonly max?: number;
  /** Exclusive lower limit. */
  readonly above?: number;
  readonly below?: number;
  readonly integer?: boolean;
}

/** Short text of a value for messages. */
export function foundText(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return `"${value}"`;
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}

/** `base.key`, or the key alone at the top. */
export function joinPath(base: string, key: string): string {
  return base === '' ? key : `${base}.${key}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One object of the user's document. */
export class Fields {
  readonly path: string;
  readonly #object: Readonly<Record<string, unknown>>;

  /** throws: ConfigError for a value that is no object and for keys outside `known`. */
  constructor(raw: unknown, path: string, known: readonly string[]) {
    const value = raw ?? {};
    if (!isObject(value)) throw new ConfigError({ path, found: foundText(raw), expected: 'an object' });
    this.path = path;
    this.#object = value;
    const problems = Object.keys(value)
      .filter((key) => !known.includes(key))
      .map((key) => ({
        path: joinPath(path, key),
        found: 'an unknown key',
        expected: expectedKey(key, known),
      }));
    if (problems.length > 0) throw new ConfigError(problems);
  }

  has(key: string): boolean {
    return this.raw(key) !== undefined;
  }

  /** The value as it is; undefined when absent or null. */
  raw(key: string): unknown {
    return this.#object[key] ?? undefined;
  }

  at(key: string): string {
    return joinPath(this.path, key);
  }

  refuse(key: string, expected: string): never {
    throw new ConfigError({ path: this.at(key), found: foundText(this.raw(key)), expected });
  }

  number(key: string, otherwise: number, rule: NumberRule = {}): number {
    const value = this.raw(key);
    if (value === undefined) return otherwise;
    if (typeof value !== 'number' || !Number.isFinite(value) || !obeys(value, rule))
      this.refuse(key, ruleText(rule));
    return value;
  }

  integer(key: string, otherwise: number, rule: NumberRule = {}): number {
    return this.number(key, otherwise, { ...rule, integer: true });
  }

  boolean(key: string, otherwise: boolean): boolean {
    const value = this.raw(key);
    if (value === undefined) return otherwise;
    if (typeof value !== 'boolean') this.refuse(key, 'true or false');
    return value;
  }

  string(key: string, otherwise: string): string {
    const value = this.raw(key);
    if (value === undefined) return otherwise;
    if (typeof value !== 'string') this.refuse(key, 'a string');
    return value;
  }

  /** A string that must be there and not be empty. */
  requiredString(key: string): string {
    const value = this.raw(key);
    if (typeof value !== 'string' || value === '') this.refuse(key, 'a non-empty string');
    return value;
  }

  oneOf<T extends string>(key: string, otherwise: T, allowed: readonly T[]): T {
    const value = this.raw(key);
    if (value === undefined) return otherwise;
    const match = allowed.find((word) => word === value);
    if (match === undefined) this.refuse(key, `one of ${allowed.join(', ')}`);
    return match;
  }

  list(key: string): readonly unknown[] {
    const value = this.raw(key);
    if (value === undefined) return [];
    if (!Array.isArray(value)) this.refuse(key, 'a list');
    return value;
  }

  strings(key: string): readonly string[] {
    const list = this.list(key);
    list.forEach((item, index) => {
      if (typeof item !== 'string')
        throw new ConfigError({
          path: `${this.at(key)}[${index}]`,
          found: foundText(item),
          expected: 'a string',
        });
    });
    return list as readonly string[];
  }

  /** A map from strings to strings, as pairs in the order of its keys. */
  stringMap(key: string): readonly (readonly [string, string])[] {
    const value = this.raw(key);
    if (value === undefined) return [];
    if (!isObject(value)) this.refuse(key, 'an object of strings');
    return Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, text]) => {
        if (typeof text !== 'string')
          throw new ConfigError({
            path: joinPath(this.at(key), name),
            found: foundText(text),
            expected: 'a string',
          });
        return [name, text] as const;
      });
  }

  /** The object under `key`; empty when absent. */
  object(key: string, known: readonly string[]): Fields {
    return new Fields(this.raw(key), this.at(key), known);
  }

  /** The objects of a list. */
  objects(key: string, known: readonly string[]): readonly Fields[] {
    return this.list(key).map((item, index) => new Fields(item, `${this.at(key)}[${index}]`, known));
  }

  /** A duration such as `45s`, `1m30s` or `200ms`, in µs. */
  durationUs(key: string, otherwise: number): number {
    const value = this.raw(key);
    if (value === undefined) return otherwise;
    const us = typeof value === 'string' ? parseDurationUs(value) : Number.NaN;
    if (Number.isNaN(us) || us < 0)
      this.refuse(key, 'a duration such as "200ms", "45s" or "1m30s", 0 or longer');
    return us;
  }

  /** A Kubernetes quantity such as `8Gi`, `2k` or 300. */
  quantity(key: string, otherwise: number): number {
    const value = this.raw(key);
    if (value === undefined) return otherwise;
    const amount = typeof value === 'number' ? value : parseQuantity(value);
    if (Number.isNaN(amount) || amount < 0)
      this.refuse(key, 'a quantity such as 300, "2k" or "8Gi", 0 or more');
    return amount;
  }
}

function expectedKey(key: string, known: readonly string[]): string {
  const close = nearest(key, known);
  const list = known.length === 0 ? 'no keys here' : `one of ${known.join(', ')}`;
  return close === undefined ? list : `${close} (of ${known.join(', ')})`;
}

function obeys(value: number, rule: NumberRule): boolean {
  return (
    (rule.integer !== true || Number.isInteger(value)) &&
    value >= (rule.min ?? Number.NEGATIVE_INFINITY) &&
    value <= (rule.max ?? Number.POSITIVE_INFINITY) &&
    value > (rule.above ?? Number.NEGATIVE_INFINITY) &&
    value < (rule.below ?? Number.POSITIVE_INFINITY)
  );
}

function ruleText(rule: NumberRule): string {
  const parts = [rule.integer === true ? 'an integer' : 'a number'];
  if (rule.min !== undefined) parts.push(`>= ${rule.min}`);
  if (rule.above !== undefined) parts.push(`> ${rule.above}`);
  if (rule.max !== undefined) parts.push(`<= ${rule.max}`);
  if (rule.below !== undefined) parts.push(`< ${rule.below}`);
  return parts.join(' ');
}

const UNIT_US: Readonly<Record<string, number>> = {
  ns: 1e-3,
  us: 1,
  µs: 1,
  ms: 1e3,
  s: 1e6,
  m: 60e6,
  h: 3600e6,
};

/** Go's duration notation in µs; NaN when it is none. */
export function parseDurationUs(text: string): number {
  if (text === '0') return 0;
  if (!/^[+-]?(\d+(\.\d*)?(ns|us|µs|ms|s|m|h))+$/.test(text)) return Number.NaN;
  let us = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)/g))
    us += Number(amount) * UNIT_US[unit!]!;
  return text.startsWith('-') ? -us : us;
}

const SUFFIX: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** Kubernetes' quantity notation, rounded up to a whole number; NaN when it is none. */
function parseQuantity(value: unknown): number {
  if (typeof value !== 'string') return Number.NaN;
  const match = /^([+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|)$/.exec(value);
  return match === null ? Number.NaN : Math.ceil(Number(match[1]) * SUFFIX[match[2]!]!);
}
