/** A command's options by name, with typed values: names with underscores, `--a=b` and `--a b`, `--no-a`, short names. */
import { ConfigError } from '../../src/core/check.ts';
import type { ArgKind } from '../engine/args.ts';

/** Options as written: text, or true and false for switches. */
export interface CommandOptions {
  readonly values: ReadonlyMap<string, string | boolean>;
  readonly positional: readonly string[];
}

/** How names of one engine are read. */
export interface OptionNames {
  /** Other spellings by canonical name, e.g. `tp` of `tensor_parallel_size`. */
  readonly aliases: Readonly<Record<string, string>>;
  /** Options that take no value. */
  readonly switches: ReadonlySet<string>;
}

/** Reads the words after the program. */
export function readOptions(words: readonly string[], names: OptionNames): CommandOptions {
  const values = new Map<string, string | boolean>();
  const positional: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (!/^-{1,2}[A-Za-z]/.test(word)) {
      positional.push(word);
      continue;
    }
    const [, written = '', , inline] = /^-{1,2}([^=]+)(=([\s\S]*))?$/.exec(word) ?? [];
    const name = canonical(written, names);
    const negated = canonical(written.replace(/^no[-_]/, ''), names);
    const next = words[i + 1];
    if (inline !== undefined) values.set(name, inline);
    else if (negated !== name && names.switches.has(negated)) values.set(negated, false);
    else if (names.switches.has(name)) values.set(name, switchValue(next) ?? true);
    else if (next === undefined || /^--?[A-Za-z]/.test(next)) values.set(name, true);
    else {
      values.set(name, next);
      i += 1;
    }
    if (names.switches.has(name) && inline === undefined && switchValue(next) !== undefined) i += 1;
    if (names.switches.has(name) && inline !== undefined) values.set(name, switchValue(inline) ?? inline);
  }
  return { values, positional };
}

function canonical(written: string, { aliases }: OptionNames): string {
  const name = written.replaceAll('-', '_');
  return aliases[name] ?? name;
}

function switchValue(text: string | undefined): boolean | undefined {
  const word = text?.toLowerCase();
  if (word === 'true') return true;
  return word === 'false' ? false : undefined;
}

/** Powers of `k`, `m`, `g` (decimal) and `K`, `M`, `G` (binary), as vLLM writes whole numbers. */
const SUFFIXES: Readonly<Record<string, number>> = {
  k: 1e3,
  m: 1e6,
  g: 1e9,
  K: 2 ** 10,
  M: 2 ** 20,
  G: 2 ** 30,
};

/** The value of an option, of the kind that the engine's arguments have. Throws ConfigError at the option. */
export function typedValue(name: string, value: string | boolean, kind: ArgKind): number | string | boolean {
  if (kind === 'flag') {
    if (typeof value === 'boolean') return value;
    throw wrong(name, value, 'a switch, without a value');
  }
  if (kind === 'text') {
    if (typeof value === 'string') return value;
    throw wrong(name, value, 'a value');
  }
  return numberValue(name, value);
}

/** A number, with vLLM's suffixes. Throws ConfigError at the option. */
export function numberValue(name: string, value: string | boolean): number {
  const [, digits, suffix = ''] = /^(-?[0-9]*\.?[0-9]+(?:e-?\d+)?)([kKmMgG]?)$/.exec(String(value)) ?? [];
  if (digits === undefined) throw wrong(name, value, 'a number');
  return suffix === '' ? Number(digits) : Math.round(Number(digits) * SUFFIXES[suffix]!);
}

/** A whole number of at least 1. Throws ConfigError at the option. */
export function countValue(name: string, value: string | boolean): number {
  const number = numberValue(name, value);
  if (Number.isInteger(number) && number >= 1) return number;
  throw wrong(name, value, 'an integer >= 1');
}

function wrong(name: string, value: string | boolean, expected: string): ConfigError {
  const found = typeof value === 'boolean' ? 'no value' : `"${value}"`;
  return new ConfigError({ path: `--${name.replaceAll('_', '-')}`, found, expected });
}
