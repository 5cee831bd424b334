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

/** A finite number field, or NaN when it is missing or something else. */
export function jsonNumber(record: JsonRecord, field: string): number {
  const value = record[field];
  return typeof value === 'number' && Number.isFinite(value) ? value : Number.NaN;
}

/** A field as written, for messages. */
export function jsonText(record: JsonRecord, field: string): string {
  return record[field] === undefined ? 'nothing' : JSON.stringify(record[field]);
}
