/** Which format a trace file has, by its first lines. Formats are asked in the order of their list. */
import { ConfigError } from '../../../src/core/check.ts';
import { TRACE_FORMATS, type TraceFormatName } from './formats.ts';
import { cleaned } from './rows.ts';

/** Lines that are looked at: the fields that tell JSON documents apart can stand below long settings. */
const HEAD_LINES = 4096;

/** The format, or null when none recognises it. */
export function detectTrace(lines: Iterable<string>): TraceFormatName | null {
  const head: string[] = [];
  for (const line of lines) {
    if (line.trim() !== '') head.push(cleaned(line));
    if (head.length >= HEAD_LINES) break;
  }
  if (head.length === 0) return null;
  const names = Object.keys(TRACE_FORMATS) as TraceFormatName[];
  return names.find((name) => TRACE_FORMATS[name].detects(head)) ?? null;
}

/** The format that a workload names; `auto` is found by content. Throws ConfigError when it is none that is known. */
export function traceFormat(
  name: TraceFormatName | 'auto',
  path: string,
  readLines: (path: string) => Iterable<string>,
): TraceFormatName {
  if (name !== 'auto') return name;
  const found = detectTrace(readLines(path));
  if (found !== null) return found;
  throw new ConfigError({
    file: path,
    path: '',
    found: 'no trace that is known by its first lines',
    expected: `one of ${Object.keys(TRACE_FORMATS).join(', ')}; workload.format names it`,
  });
}
