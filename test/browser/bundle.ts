/** What the build consists of, as its files say: sizes, and what a script needs before it can run. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const ROOT = process.env['DRYDOCK_WEB'] ?? 'dist/web';

/** Bytes that cross the wire: text is compressed, fonts are already. */
export function wireBytes(file: string): number {
  const bytes = readFileSync(join(ROOT, file));
  return file.endsWith('.woff2') ? bytes.length : gzipSync(bytes).length;
}

export function sumOfBytes(files: Iterable<string>): number {
  return [...files].reduce((sum, file) => sum + wireBytes(file), 0);
}

/** All files of the page, by path below its root. */
export const FILES: readonly string[] = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.\w+$/.test(file))
  .sort();

/** The style sheet that the typeface lies in. */
export const TYPEFACE: string = FILES.find(
  (file) => file.endsWith('.css') && readFileSync(join(ROOT, file), 'utf8').includes('data:font/woff2'),
)!;

/** Scripts that the page itself names. */
export const FIRST_SCRIPTS: readonly string[] = [
  ...readFileSync(join(ROOT, 'index.html'), 'utf8').matchAll(/src="\.\/(assets\/[^"]+\.js)"/g),
].map(([, file]) => file!);

/** The one script of a name, without the hash that is part of its file's name. */
export function scriptNamed(name: string): string {
  const found = FILES.filter((file) => basename(file).replace(/-[\w-]{8}\.js$/, '') === name);
  // An answer of the build and a worker's module may share their name with a re-export of a few bytes.
  const [largest] = found.sort((a, b) => wireBytes(b) - wireBytes(a));
  if (largest === undefined) throw new Error(`the build has no script ${name}`);
  return largest;
}

/** A script and all that it imports, directly or not; what it loads later is not among them. */
export function neededBy(...scripts: readonly string[]): ReadonlySet<string> {
  const needed = new Set(scripts);
  for (const script of needed) {
    const text = readFileSync(join(ROOT, script), 'utf8');
    for (const [, name] of text.matchAll(/(?:\bimport|\bfrom)\s*["'`]\.\/([\w.-]+\.js)["'`]/g))
      needed.add(script.replace(/[^/]+$/, name!));
  }
  return needed;
}
