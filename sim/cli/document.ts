/**
 * Reads a scenario or comparison file (YAML or JSON) into plain data, and remembers where each field stands, so that an
 * error can name line and column.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import { ConfigError, type ConfigProblem } from '../../src/core/check.ts';
import { pathKeys } from '../scenario/paths.ts';
import { inlineCalibration } from './calibration-files.ts';

/** A document from a file, as plain data. */
export interface LoadedDocument {
  readonly file: string;
  readonly data: Record<string, unknown>;
  /** Resolves a path that the document names. */
  readonly resolve: (path: string) => string;
  /** Adds file, line and column to problems that have none yet. */
  readonly locate: (error: ConfigError) => ConfigError;
  /** Settings of `--set` that were applied: problems below their paths are theirs, not the file's. */
  readonly settings: string[];
}

/** Reads a document; throws ConfigError when the file is missing, is not YAML, or is not a mapping. */
export function loadDocument(file: string): LoadedDocument {
  const text = readText(file, 'a scenario file');
  const lines = new LineCounter();
  const parsed = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const syntax = parsed.errors[0];
  if (syntax !== undefined) {
    const { line, col } = lines.linePos(syntax.pos[0]);
    throw new ConfigError({
      path: '',
      file: `${file}:${line}:${col}`,
      found: `a syntax error: ${syntax.message}`,
      expected: 'YAML or JSON',
    });
  }
  const data: unknown = parsed.toJS();
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw new ConfigError({
      path: '',
      file,
      found: text.trim() === '' ? 'an empty file' : 'no mapping at the top',
      expected: 'keys such as workload and fleet (see `drydock schema`)',
    });
  }
  const settings: string[] = [];
  inlineCalibration(data as Record<string, unknown>, dirname(file));
  return {
    file,
    settings,
    data: data as Record<string, unknown>,
    resolve: (path) => resolve(dirname(file), path),
    locate: (error) =>
      new ConfigError(
        error.problems.map(
          (problem) => ownProblem(problem, settings) ?? located(problem, file, parsed, lines),
        ),
      ),
  };
}

/** Text of a file; throws ConfigError that names it. */
export function readText(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadable(file, what, error);
  }
}

/** The error of a file that cannot be written. */
export function unwritable(file: string, error: unknown): ConfigError {
  const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
  const found = isAbsent ? 'a folder that does not exist' : String(error);
  return new ConfigError({ path: '', file, found, expected: 'a file that can be written' });
}

/** The error of a file that cannot be read. */
export function unreadable(file: string, what: string, error: unknown): ConfigError {
  const code = (error as NodeJS.ErrnoException).code;
  const reasons: Record<string, string> = {
    ENOENT: 'no such file',
    EISDIR: 'a directory',
    EACCES: 'a file that may not be read',
  };
  return new ConfigError({ path: '', file, found: reasons[code ?? ''] ?? String(error), expected: what });
}

/** The problem as one of a `--set`, if it lies at or below the path of one. */
function ownProblem(problem: ConfigProblem, settings: readonly string[]): ConfigProblem | undefined {
  if (problem.file !== undefined) return problem;
  const keys = pathKeys(problem.path);
  const setting = settings.find((text) =>
    pathKeys(text.split('=', 1)[0]!).every((key, depth) => key === keys[depth]),
  );
  return setting === undefined ? undefined : { ...problem, file: `--set ${setting}` };
}

function located(
  problem: ConfigProblem,
  file: string,
  parsed: Document.Parsed,
  lines: LineCounter,
): ConfigProblem {
  const offset = offsetOf(parsed, pathKeys(problem.path));
  if (offset === null) return { ...problem, file };
  const { line, col } = lines.linePos(offset);
  return { ...problem, file: `${file}:${line}:${col}` };
}

/** Offset of the deepest node along the path that the document has; null for the document itself. */
function offsetOf(parsed: Document.Parsed, keys: readonly (string | number)[]): number | null {
  for (let depth = keys.length; depth > 0; depth--) {
    const node = parsed.getIn(keys.slice(0, depth), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return null;
}
