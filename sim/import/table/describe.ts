/** What the requests of a mapped table are like, for its owner to see whether columns and units are right. */
import { fixed } from '../../metrics/format-figure.ts';
import { drydockFormat } from '../../workload/trace/drydock.ts';
import { TraceRows } from '../../workload/trace/rows.ts';

/** Lines of a plain table. `text`: in Drydock's own format. */
export function mappedFacts(text: string): string[] {
  const reader = new TraceRows('', text.split('\n'), drydockFormat.open(), 'skip');
  const [at, input, output]: [number[], number[], number[]] = [[], [], []];
  const sessions = new Set<string>();
  for (let row = reader.next(); row !== null; row = reader.next()) {
    at.push(row.atUs);
    input.push(row.inputTokens);
    output.push(row.outputTokens);
    if (row.sessionId !== '') sessions.add(row.sessionId);
  }
  if (at.length === 0) return [];
  const spanS = (at.at(-1)! - at[0]!) / 1e6;
  const rate = spanS > 0 ? `, ${fixed((at.length - 1) / spanS, 2)} requests/s` : '';
  return [
    `requests      ${fixed(at.length, 0)}`,
    `span          ${fixed(spanS, 1)} s${rate}`,
    ...(spanS > 0 && at.length > 2 ? [`gaps          CV ${fixed(gapCv(at), 2)} (1 is Poisson)`] : []),
    `input tokens  ${spread(input)}`,
    `output tokens ${spread(output)}`,
    ...(sessions.size > 0 ? [`sessions      ${fixed(sessions.size, 0)}`] : []),
  ];
}

/** Standard deviation of the gaps over their mean. */
function gapCv(at: readonly number[]): number {
  const gaps = at.slice(1).map((one, i) => one - at[i]!);
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
  return Math.sqrt(variance) / mean;
}

/** Nearest-rank percentiles. */
function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): string => fixed(sorted[Math.ceil(share * sorted.length) - 1]!, 0);
  return `p5 ${at(0.05)}, p50 ${at(0.5)}, p95 ${at(0.95)}, largest ${fixed(sorted.at(-1)!, 0)}`;
}
