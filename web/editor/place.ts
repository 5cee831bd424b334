/**
 * Where the cursor stands in YAML text that may be half typed: found by indentation and brackets, not by a parser, since
 * completion is wanted exactly while the text cannot be parsed.
 */

export interface Place {
  /** Keys of the mapping or list that the cursor is in; -1 stands for an element of a list. */
  readonly path: readonly (string | -1)[];
  /** Key whose value is being typed; null where a key is. */
  readonly key: string | null;
  /** What has been typed of the key or value. */
  readonly typed: string;
  /** Keys that the mapping at the cursor has already, as far as lines tell. */
  readonly siblings: readonly string[];
}

const KEY = /^("[^"]*"|'[^']*'|[^\s:#{}[\],&*!|>%@`"'-][^:#{}[\],]*?)\s*:(?=\s|$)/;

export function placeAt(text: string, offset: number): Place {
  const lines = text.slice(0, offset).split('\n');
  const line = lines.pop()!;
  const outline = new Outline();
  for (const above of lines) outline.add(above);
  const { dashes, rest, column } = opened(line);
  for (const dash of dashes) outline.openItem(dash);
  outline.closeFrom(column);
  const below = keysBelow(text.slice(offset).split('\n').slice(1), column);
  return inFlow(outline.path, rest, [...outline.siblings, ...below]);
}

/** What is open after the lines so far: keys and list elements, each at its column. */
class Outline {
  readonly #open: { readonly column: number; readonly key: string | -1; readonly children: string[] }[] = [];
  readonly #top: string[] = [];

  add(line: string): void {
    if (line.trim() === '' || line.trim().startsWith('#')) return;
    const { dashes, rest, column } = opened(line);
    for (const dash of dashes) this.openItem(dash);
    const key = keyOf(rest);
    if (key === null) return;
    this.closeFrom(column);
    this.siblings.push(key);
    this.#open.push({ column, key, children: [] });
  }

  /** A dash: the element before it ends; a key at the same column is the list's own. */
  openItem(column: number): void {
    this.closeFrom(column + 1);
    if (this.#open.at(-1)?.key === -1 && this.#open.at(-1)!.column === column) this.#open.pop();
    this.#open.push({ column, key: -1, children: [] });
  }

  closeFrom(column: number): void {
    while ((this.#open.at(-1)?.column ?? -1) >= column) this.#open.pop();
  }

  get path(): (string | -1)[] {
    return this.#open.map(({ key }) => key);
  }

  get siblings(): string[] {
    return this.#open.at(-1)?.children ?? this.#top;
  }
}

interface Opened {
  /** Columns of the dashes that the line begins with. */
  readonly dashes: readonly number[];
  readonly rest: string;
  /** Column of the rest. */
  readonly column: number;
}

function opened(line: string): Opened {
  const head = /^\s*(?:-(?:\s+|$))*/.exec(line)![0];
  const dashes = [...head].flatMap((character, column) => (character === '-' ? [column] : []));
  return { dashes, rest: line.slice(head.length), column: head.length };
}

function keyOf(rest: string): string | null {
  return KEY.exec(rest)?.[1]?.replaceAll(/^["']|["']$/g, '') ?? null;
}

function keysBelow(lines: readonly string[], column: number): string[] {
  const keys: string[] = [];
  for (const line of lines) {
    if (line.trim() === '') continue;
    const own = opened(line);
    if (own.column < column || own.dashes.length > 0) break;
    const key = own.column === column ? keyOf(own.rest) : null;
    if (key !== null) keys.push(key);
  }
  return keys;
}

/** Follows `key: { a: 1, b: ` within the line. */
function inFlow(block: readonly (string | -1)[], rest: string, siblings: readonly string[]): Place {
  const path = [...block];
  let key: string | null = null;
  let own = [...siblings];
  let text = rest;
  for (;;) {
    const named = keyOf(text);
    if (named !== null) {
      key = named;
      own.push(key);
      text = text.slice(KEY.exec(text)![0].length).trimStart();
    }
    if (text.startsWith('{') || text.startsWith('[')) {
      const close = closing(text);
      if (close < 0) {
        if (key !== null) path.push(key);
        const isList = text.startsWith('[');
        if (isList) path.push(-1);
        key = null;
        own = [];
        text = text.slice(1).trimStart();
        continue;
      }
      text = text.slice(close + 1).trimStart();
    }
    const comma = path.length > block.length ? commaIn(text) : -1;
    if (comma < 0) return { path, key, typed: text.replace(/^["']/, ''), siblings: own };
    text = text.slice(comma + 1).trimStart();
    key = null;
  }
}

/** Place of the bracket that closes the one at the start; -1 where it is still open. */
function closing(text: string): number {
  let depth = 0;
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === '{' || text[i] === '[') depth += 1;
    else if (text[i] === '}' || text[i] === ']') depth -= 1;
    if (depth === 0) return i;
  }
  return -1;
}

/** Place of the next comma outside of brackets; -1 where there is none. */
function commaIn(text: string): number {
  let depth = 0;
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === '{' || text[i] === '[') depth += 1;
    else if (text[i] === '}' || text[i] === ']') depth -= 1;
    else if (text[i] === ',' && depth === 0) return i;
  }
  return -1;
}
