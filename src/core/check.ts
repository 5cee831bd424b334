/**
 * The two ways in which code in this house refuses to go on: a broken invariant (our fault) and bad input
 * (the user's, with a path into what they wrote). Expected outcomes are return values, never exceptions.
 */

/** Thrown by `assert`: an invariant of ours does not hold. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** What a ConfigError says about the offending place. */
export interface ConfigProblem {
  /** Path into the user's document, e.g. `fleet.pools[1].replicas`; empty for the document itself. */
  readonly path: string;
  /** What was found there, as a short text. */
  readonly found: string;
  /** What is allowed there. */
  readonly expected: string;
  /** File (or other origin) that the document came from, when known. */
  readonly file?: string;
}

/** Bad input from outside: names file, path, what was found and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: ConfigProblem | readonly ConfigProblem[]) {
    const list: readonly ConfigProblem[] = Array.isArray(problems)
      ? (problems as readonly ConfigProblem[])
      : [problems as ConfigProblem];
    super(list.map(describeProblem).join('\n'));
    this.problems = list;
  }

  /** The same error with its file named, for a reader that knows where the document came from. */
  inFile(file: string): ConfigError {
    return new ConfigError(this.problems.map((p) => ({ ...p, file: p.file ?? file })));
  }
}

/** `file: path: found X, expected Y`. */
export function describeProblem(p: ConfigProblem): string {
  const where = [p.file, p.path].filter((s) => s !== undefined && s !== '').join(': ');
  return `${where === '' ? 'input' : where}: found ${p.found}, expected ${p.expected}`;
}

/** Throws InvariantError when `condition` is false. Stays on in production and in the simulator. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** Throws InvariantError: for hot paths, where the message must not be built unless it is needed. */
export function fail(message: string): never {
  throw new InvariantError(message);
}

/** The known word closest to `word` by edit distance, or undefined when none is within a third of its length. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substitute, previous[j]! + 1, current[j - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}
