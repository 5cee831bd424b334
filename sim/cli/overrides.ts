/** Changes to a document from the command line: `--set path=value` and the options that are short for one. */
import { parse } from 'yaml';
import { ConfigError } from '../../src/core/check.ts';
import { setAt } from '../scenario/paths.ts';

/**
 * Sets one value, e.g. `fleet.pools[0].replicas=4`, or by the pool's name `fleet.pools.decode.replicas=4`. The value is
 * read as YAML. Missing mappings on the way are made; whether the key is a known one is for the schema to say.
 */
export function applySet(data: Record<string, unknown>, setting: string): void {
  const equals = setting.indexOf('=');
  const path = equals < 0 ? '' : setting.slice(0, equals);
  try {
    setAt(data, path, path === '' ? null : readValue(setting.slice(equals + 1), setting), setting);
  } catch (error) {
    throw error instanceof ConfigError ? error.inFile('--set') : error;
  }
}

/** Sets a field below a mapping that may be missing, e.g. `run.requests`. */
export function setIn(data: Record<string, unknown>, group: string, key: string, value: unknown): void {
  const existing = data[group];
  const base = typeof existing === 'object' && existing !== null ? existing : {};
  data[group] = { ...base, [key]: value };
}

function readValue(text: string, setting: string): unknown {
  try {
    return parse(text);
  } catch {
    throw new ConfigError({ path: '', found: `"${setting}"`, expected: 'a value in YAML' });
  }
}
