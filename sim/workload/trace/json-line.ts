/** Fields of one JSON line. */

/** A JSON object with unchecked values. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** The object on a line, or null when the line is not a JSON object. */
export function jsonRecord(line: string): JsonRecord | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as JsonRecord)
      : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** The value at a path of fields; undefined where there is none. */
export function jsonAt(value: unknown, ...path: readonly string[]): unknown {
  let node = value;
  for (const key of path) {
    if (typeof node !== 'object' || node === null) return undefined;
    node = (node as JsonRecord)[key];
  }
  return node;
}

/** A value for messages. */
export function jsonShown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60);
}

/** A list of numbers (whatever is none becomes NaN), or null when it is no list. */
export function numbersOf(value: unknown): number[] | null {
  if (!Array.isArray(value)) return null;
  return value.map((one: unknown) => (typeof one === 'number' ? one : Number.NaN));
}

/** A finite number field, or NaN when it is missing or something else. */
export function jsonNumber(record: JsonRecord, field: string): number {
  const value = record[field];
  return typeof value === 'number' && Number.isFinite(value) ? value : Number.NaN;
}

/** A field as written, for messages. */
export function jsonText(record: JsonRecord, field: string): string {
  return record[field] === undefined ? 'nothing' : JSON.stringify(record[field]);
}
