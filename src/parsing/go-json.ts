/**
 * JSON text as Go's encoding/json writes a decoded value: keys sorted, no spaces, `<`, `>`, `&` and the two line
 * separators escaped. Estimated tokens of tools and structured prompts are made of exactly these bytes.
 * Source: https://pkg.go.dev/encoding/json#Marshal (2026-08).
 */

/** Go's rendering of a value that came out of a JSON parser. */
export function goJson(value: unknown): string {
  if (typeof value === 'string') return goString(value);
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).sort(([a], [b]) => compareCodePoints(a, b));
    return `{${fields.map(([key, item]) => `${goString(key)}:${goJson(item)}`).join(',')}}`;
  }
  return value === true ? 'true' : value === false ? 'false' : 'null';
}

/** Characters that Go escapes and JSON.stringify does not; a lone surrogate is U+FFFD after Go's decoder. */
const ESCAPED = /[<>&\u2028\u2029]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function goString(text: string): string {
  const marked = text.replace(ESCAPED, (c) => (isSurrogate(c) ? '\ufffd' : c));
  return JSON.stringify(marked).replace(
    ESCAPED,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function isSurrogate(c: string): boolean {
  const code = c.charCodeAt(0);
  return code >= 0xd800 && code <= 0xdfff;
}

/** Order of UTF-8 bytes, which is that of code points, not of UTF-16 units. */
function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    // Surrogates stand for code points above all single units.
    const xHigh = x >= 0xd800 && x <= 0xdfff ? x + 0x10000 : x;
    const yHigh = y >= 0xd800 && y <= 0xdfff ? y + 0x10000 : y;
    return xHigh - yHigh;
  }
  return a.length - b.length;
}
