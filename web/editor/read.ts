/** Reads YAML text: its data, or what keeps it from being read, with offsets into the text. */
import { isNode, parseDocument } from 'yaml';
import type { ConfigProblem } from '../../src/core/check.ts';

/** Something wrong at a place in the text. */
export interface PlacedProblem {
  readonly from: number;
  readonly to: number;
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

export type ReadText =
  | { readonly kind: 'data'; readonly data: unknown; place(problem: ConfigProblem): PlacedProblem }
  | { readonly kind: 'broken'; readonly problems: readonly PlacedProblem[] };

export function readYaml(text: string): ReadText {
  const parsed = parseDocument(text, { prettyErrors: false });
  if (parsed.errors.length > 0) {
    return {
      kind: 'broken',
      problems: parsed.errors.map(({ pos: [from, to], message }) => ({
        ...{ from: Math.min(from, text.length), to: Math.min(Math.max(to, from), text.length) },
        line: lineOf(text, from),
        message: message.split('\n')[0]!,
      })),
    };
  }
  const place = (problem: ConfigProblem): PlacedProblem => {
    const [from, to] = rangeOf(parsed, pathKeys(problem.path));
    const where = problem.path === '' ? '' : `${problem.path}: `;
    const message = `${where}found ${problem.found}; expected ${problem.expected}`;
    return { from, to, line: lineOf(text, from), message };
  };
  return { kind: 'data', data: parsed.toJS(), place };
}

/** Keys of a path such as `fleets[0].pools[1].gpu`. */
export function pathKeys(path: string): (string | number)[] {
  return [...path.matchAll(/"((?:[^"\\]|\\.)*)"|[^.[\]"]+/g)].map(([key, quoted]) => {
    if (quoted !== undefined) return JSON.parse(`"${quoted}"`) as string;
    return /^\d+$/.test(key) ? Number(key) : key;
  });
}

/** Range of the deepest node along the path that the text has; its key, where the value spans lines. */
function rangeOf(
  parsed: ReturnType<typeof parseDocument>,
  keys: readonly (string | number)[],
): [number, number] {
  for (let depth = keys.length; depth > 0; depth -= 1) {
    const node = parsed.getIn(keys.slice(0, depth), true);
    if (isNode(node) && node.range) return [node.range[0], node.range[1]];
  }
  return [0, 0];
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
