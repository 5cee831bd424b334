/** Rows of the files that a case names. Reading them is the caller's business. */

/** Gives the text of a file named by a case. */
export type ReadCaseFile = (path: string) => string;

/** Rows of a CSV file with a header, fields by name. Fields hold no commas or quotes in this format. */
export function csvRows(text: string): Record<string, string>[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const header = (lines[0] ?? '').split(',').map((name) => name.trim());
  return lines.slice(1).map((line) => {
    const fields = line.split(',');
    return Object.fromEntries(header.map((name, i) => [name, fields[i]?.trim() ?? '']));
  });
}

/** A request of a workload trace. */
export interface TraceRequest {
  readonly arrival_s: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  /** One id per full 16-token block. */
  readonly hash_ids?: readonly number[];
}

/** Rows of a JSON Lines file. */
export function jsonRows(text: string): TraceRequest[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as TraceRequest);
}
