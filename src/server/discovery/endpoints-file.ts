/** Endpoint discovery by file: a list of {id, address, labels}, read again when it changes. */
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { parse } from 'yaml';
import { ConfigError } from '../../core/check.ts';
import type { Endpoint } from '../../routing/endpoint.ts';

/** How often the file is looked at, ms. Polling also sees files that are replaced by renaming. */
const LOOK_MS = 500;

/** throws: ConfigError. Keys besides id, address and labels (such as `route`'s metrics) are refused. */
export function readEndpointsFile(file: string): Endpoint[] {
  const refuse = (path: string, found: unknown, expected: string): never => {
    throw new ConfigError({ file, path, found: JSON.stringify(found) ?? 'nothing', expected });
  };
  let document: unknown;
  try {
    document = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ConfigError({ file, path: '', found: (error as Error).message, expected: 'YAML or JSON' });
  }
  const list = isFields(document) ? document['endpoints'] : document;
  if (!Array.isArray(list)) return refuse('', list, 'a list of endpoints');
  const ids = new Set<string>();
  return (list as unknown[]).map((item, i): Endpoint => {
    const at = `[${i}]`;
    if (!isFields(item)) return refuse(at, item, 'an object with id, address, labels');
    for (const key of Object.keys(item)) {
      if (!['id', 'address', 'labels'].includes(key)) refuse(`${at}.${key}`, key, 'id, address or labels');
    }
    const { id, address, labels } = item;
    if (typeof id !== 'string' || id === '' || ids.has(id)) return refuse(`${at}.id`, id, 'an id of its own');
    ids.add(id);
    if (typeof address !== 'string' || !/^[^\s/@]+:\d{1,5}$/.test(address)) {
      return refuse(`${at}.address`, address, 'host:port');
    }
    if (labels !== undefined && labels !== null && !isFields(labels)) refuse(`${at}.labels`, labels, 'a map');
    const texts = Object.entries(labels ?? {}).map(([key, value]) => [key, String(value)] as const);
    return { id, address, labels: Object.fromEntries(texts) };
  });
}

/** Calls back with the new list after each change; a file that cannot be read leaves the fleet as it is. */
export function watchEndpointsFile(
  file: string,
  changed: (endpoints: readonly Endpoint[]) => void,
  broken: (error: ConfigError) => void,
  intervalMs = LOOK_MS,
): () => void {
  const look = (): void => {
    try {
      changed(readEndpointsFile(file));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      broken(error);
    }
  };
  watchFile(file, { interval: intervalMs, persistent: false }, look);
  return () => unwatchFile(file, look);
}

type Fields = { readonly [key: string]: unknown };

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
