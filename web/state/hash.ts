/** Short name of a long text, for keys and fingerprints. FNV-1a, 32 bits, twice. */
export function hashOf(text: string): string {
  let [a, b] = [0x811c9dc5, 0x01234567];
  for (let i = 0; i < text.length; i += 1) {
    a = Math.imul(a ^ text.charCodeAt(i), 0x01000193);
    b = Math.imul(b ^ text.charCodeAt(i), 0x01000197);
  }
  return `${(a >>> 0).toString(16)}${(b >>> 0).toString(16)}`;
}
