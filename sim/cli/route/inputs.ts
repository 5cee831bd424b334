/**
 * Reads the files of `drydock route`: endpoint states and request lines. Every mistake names file, place, what was found
 * and what is allowed.
 */
import { parse } from 'yaml';
import { ConfigError, nearest } from '../../../src/core/check.ts';
import { EndpointTable } from '../../../src/routing/endpoint.ts';
import { readText } from '../document.ts';

/** A request to route. */
export interface RequestLine {
  readonly kind: 'request';
  readonly id: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly path: string | undefined;
  /** Undefined: a request without a body. */
  readonly body: unknown;
  readonly subset: readonly string[] | null;
  /** Offset from the start of the replay, or null: 1 ms after the line before. */
  readonly atMs: number | null;
}

/** The end of an earlier request. */
export interface CompletionLine {
  readonly kind: 'completion';
  readonly complete: string;
  readonly outputTokens: number;
  readonly cachedTokens: number;
  readonly atMs: number | null;
}

export type ReplayLine = RequestLine | CompletionLine;

type Fields = { readonly [key: string]: unknown };

/** A place in a file, for errors. A null stands for an absent field, as in Go. */
class Place {
  readonly #file: string;
  readonly #path: string;

  constructor(file: string, path: string) {
    this.#file = file;
    this.#path = path;
  }

  at(key: string | number): Place {
    if (typeof key === 'number') return new Place(this.#file, `${this.#path}[${key}]`);
    return new Place(this.#file, this.#path === '' ? key : `${this.#path}.${key}`);
  }

  refuse(value: unknown, expected: string): never {
    const found = value === undefined ? 'nothing' : (JSON.stringify(value) ?? String(value));
    const short = found.length > 80 ? `${found.slice(0, 77)}...` : found;
    throw new ConfigError({ file: this.#file, path: this.#path, found: short, expected });
  }

  /** An object with no keys but the known ones. */
  object(value: unknown, known: readonly string[]): Fields {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.refuse(value, `an object with ${known.join(', ')}`);
    }
    for (const key of Object.keys(value)) {
      if (known.includes(key)) continue;
      const near = nearest(key, known);
      this.at(key).refuse(key, near === undefined ? `one of ${known.join(', ')}` : `${near}`);
    }
    return value as Fields;
  }

  text(value: unknown): string {
    return typeof value === 'string' && value !== '' ? value : this.refuse(value, 'a text that is not empty');
  }

  number(value: unknown, fallback: number, max = Number.POSITIVE_INFINITY): number {
    if (value === undefined || value === null) return fallback;
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0 && value <= max) return value;
    return this.refuse(
      value,
      max === Number.POSITIVE_INFINITY ? 'a number >= 0' : `a number from 0 to ${max}`,
    );
  }

  texts(value: unknown): string[] {
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) this.refuse(value, 'a list of texts');
    return (value as unknown[]).map((item, i) => this.at(i).text(item));
  }

  /** A mapping from text to text; numbers and booleans become text. */
  textMap(value: unknown): Record<string, string> {
    if (value === undefined || value === null) return {};
    if (typeof value !== 'object' || Array.isArray(value)) this.refuse(value, 'a mapping of texts');
    const map: Record<string, string> = {};
    for (const [key, item] of Object.entries(value)) {
      const isPlain = typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean';
      map[key] = isPlain ? String(item) : this.at(key).refuse(item, 'a text');
    }
    return map;
  }
}

const ENDPOINT_KEYS = ['id', 'address', 'labels', 'metrics', 'attributes'];
const METRIC_KEYS = [
  ...['waiting', 'running', 'kvUsage', 'blockSize', 'numBlocks'],
  ...['activeModels', 'waitingModels', 'maxActiveModels', 'ageMs'],
];

/** Endpoint states as a table whose scrapes are `ageMs` old at `startUs`. Without `metrics`: never scraped. */
export function readEndpoints(file: string, startUs: number): EndpointTable {
  const root = new Place(file, '');
  const document = parseText(file, readText(file, 'a file with endpoint states'));
  const list: unknown =
    Array.isArray(document) || document === null
      ? document
      : root.object(document, ['endpoints'])['endpoints'];
  if (!Array.isArray(list)) root.refuse(list, 'a list of endpoints');
  const table = new EndpointTable();
  (list as unknown[]).forEach((item, i) => {
    addEndpoint(table, root.at(i), item, startUs);
  });
  return table;
}

function addEndpoint(table: EndpointTable, place: Place, item: unknown, startUs: number): void {
  const fields = place.object(item, ENDPOINT_KEYS);
  const id = place.at('id').text(fields['id']);
  const address = place.at('address').text(fields['address']);
  if (table.rowOf(id) >= 0) place.at('id').refuse(id, 'an id that no other endpoint has');
  if (!/^.+:\d+$/.test(address)) place.at('address').refuse(address, 'host:port');
  const row = table.add({ id, address, labels: place.at('labels').textMap(fields['labels']) });
  const attributes = place.at('attributes').textMap(fields['attributes']);
  for (const [key, value] of Object.entries(attributes)) table.attributes[row]!.set(key, Number(value));
  if (fields['metrics'] === undefined || fields['metrics'] === null) return;
  const at = place.at('metrics');
  const metrics = at.object(fields['metrics'], METRIC_KEYS);
  const number = (key: string, max?: number): number => at.at(key).number(metrics[key], 0, max);
  table.waiting[row] = number('waiting');
  table.running[row] = number('running');
  table.kvUsage[row] = number('kvUsage', 1);
  table.blockSizeTokens[row] = number('blockSize');
  table.numBlocks[row] = number('numBlocks');
  table.maxActiveModels[row] = number('maxActiveModels');
  table.activeModels[row] = at.at('activeModels').texts(metrics['activeModels']);
  table.waitingModels[row] = at.at('waitingModels').texts(metrics['waitingModels']);
  table.scrapedAtUs[row] = startUs - 1000 * number('ageMs');
}

const REQUEST_KEYS = ['id', 'headers', 'path', 'body', 'subset', 'atMs'];
const COMPLETION_KEYS = ['id', 'complete', 'outputTokens', 'cachedTokens', 'atMs'];

/** Lines of a requests file, in order. */
export function readRequests(file: string): ReplayLine[] {
  const lines: ReplayLine[] = [];
  const seen = new Set<string>();
  readText(file, 'a file with one JSON request per line')
    .split('\n')
    .forEach((text, i) => {
      if (text.trim() === '') return;
      const place = new Place(`${file}:${i + 1}`, '');
      const line = readLine(place, text);
      if (line.kind === 'request') {
        if (seen.has(line.id)) place.at('id').refuse(line.id, 'an id that no earlier request has');
        seen.add(line.id);
      } else if (!seen.has(line.complete)) {
        place.at('complete').refuse(line.complete, 'the id of an earlier request');
      }
      lines.push(line);
    });
  return lines;
}

function readLine(place: Place, text: string): ReplayLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    place.refuse(text, `JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  const isCompletion = typeof value === 'object' && value !== null && 'complete' in value;
  const fields = place.object(value, isCompletion ? COMPLETION_KEYS : REQUEST_KEYS);
  const atMs = fields['atMs'] === undefined ? null : place.at('atMs').number(fields['atMs'], 0);
  const id = place.at('id').text(fields['id']);
  if (isCompletion) {
    return {
      kind: 'completion',
      complete: place.at('complete').text(fields['complete']),
      outputTokens: place.at('outputTokens').number(fields['outputTokens'], 0),
      cachedTokens: place.at('cachedTokens').number(fields['cachedTokens'], 0),
      atMs,
    };
  }
  const headers = Object.entries(place.at('headers').textMap(fields['headers']));
  return {
    kind: 'request',
    id,
    headers: new Map(headers.map(([name, header]) => [name.toLowerCase(), header])),
    path: fields['path'] === undefined ? undefined : place.at('path').text(fields['path']),
    body: fields['body'],
    subset: fields['subset'] === undefined ? null : place.at('subset').texts(fields['subset']),
    atMs,
  };
}

function parseText(file: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    const found = error instanceof Error ? error.message.split('\n')[0]! : String(error);
    throw new ConfigError({ file, path: '', found, expected: 'JSON or YAML' });
  }
}
