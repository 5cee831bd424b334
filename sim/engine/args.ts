/** Reading of an engine's own arguments: known names only, each of its kind. Shared by every engine's settings. */
import { ConfigError, nearest } from '../../src/core/check.ts';

/** What an argument holds. */
export type ArgKind = 'count' | 'natural' | 'integer' | 'ratio' | 'positive' | 'flag' | 'text';

const EXPECTED: Readonly<Record<ArgKind, string>> = {
  count: 'an integer >= 1',
  natural: 'an integer >= 0',
  integer: 'an integer',
  ratio: 'a number from 0 to 1',
  positive: 'a number > 0',
  flag: 'true or false',
  text: 'a text',
};

/** Arguments that were given, by canonical name (underscores, no dashes in front). */
export class EngineArgs {
  readonly #values = new Map<string, number | string | boolean>();

  /**
   * Throws ConfigError below `path` on an argument that is not in `known` (nearest name suggested) or of another kind.
   */
  constructor(
    engine: string,
    given: Readonly<Record<string, number | string | boolean>>,
    known: Readonly<Record<string, ArgKind>>,
    path: string,
  ) {
    for (const written of Object.keys(given)) {
      const name = written.replace(/^--/, '').replaceAll('-', '_');
      const kind = known[name];
      if (kind === undefined) {
        const names = Object.keys(known);
        const near = nearest(name, names);
        throw new ConfigError({
          path: `${path}.${written}`,
          found: `an argument that Drydock does not model for ${engine}`,
          expected: near === undefined ? `one of ${names.join(', ')}` : `perhaps ${near}`,
        });
      }
      const value = given[written]!;
      if (!holds(value, kind)) {
        throw new ConfigError({
          path: `${path}.${written}`,
          found: JSON.stringify(value),
          expected: EXPECTED[kind],
        });
      }
      this.#values.set(name, value);
    }
  }

  number(name: string, otherwise: number): number {
    return (this.#values.get(name) as number | undefined) ?? otherwise;
  }

  flag(name: string, otherwise: boolean): boolean {
    return (this.#values.get(name) as boolean | undefined) ?? otherwise;
  }

  text(name: string, otherwise: string): string {
    return (this.#values.get(name) as string | undefined) ?? otherwise;
  }
}

function holds(value: number | string | boolean, kind: ArgKind): boolean {
  if (kind === 'flag') return typeof value === 'boolean';
  if (kind === 'text') return typeof value === 'string';
  if (typeof value !== 'number' || !Number.isFinite(value)) return false;
  if (kind === 'ratio') return value >= 0 && value <= 1;
  if (kind === 'positive') return value > 0;
  if (kind === 'integer') return Number.isInteger(value);
  return Number.isInteger(value) && value >= (kind === 'count' ? 1 : 0);
}

/** Settings that differ by version: the newest entry that is not newer than the wanted version. */
export function presetFor<T>(
  engine: string,
  version: string,
  presets: readonly (readonly [version: string, preset: T])[],
  path: string,
): T {
  const wanted = versionNumber(version);
  let found: T | undefined;
  for (const [name, preset] of presets) if (versionNumber(name) <= wanted) found = preset;
  if (found !== undefined) return found;
  throw new ConfigError({
    path: `${path}.version`,
    found: `"${version}"`,
    expected: `a ${engine} version from ${presets[0]![0]} on, e.g. ${presets.map(([name]) => `"${name}"`).join(', ')}`,
  });
}

/** `0.15.1` -> 150.001 or so: comparable; NaN when it is no version. */
function versionNumber(version: string): number {
  const match = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version);
  if (match === null) return Number.NaN;
  return Number(match[1]) * 1e6 + Number(match[2]) * 1e3 + Number(match[3] ?? 0);
}
