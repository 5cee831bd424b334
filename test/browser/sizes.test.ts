/**
 * What the page may weigh, gzipped. Page and workers are one bundle: what they share is one file, loaded once. The gates are
 * what was reached, with a little room; budgets that are wider stand beside them.
 */
import { describe, expect, it } from 'vitest';
import { FILES, FIRST_SCRIPTS, neededBy, scriptNamed, sumOfBytes, TYPEFACE, wireBytes } from './bundle.ts';

const KB = 1000;
const sizeOf = (pattern: RegExp): number => sumOfBytes(FILES.filter((file) => pattern.test(file)));
const screen = (name: string): ReadonlySet<string> => neededBy(...FIRST_SCRIPTS, scriptNamed(`${name}-page`));

const WORKERS = ['worker-worker-entry', 'worker-worker-run-entry', 'worker-sandbox-entry'] as const;

describe('sizes', () => {
  // Budget: 150 kB.
  it.each(['plan', 'compare', 'inspect', 'lab', 'library'])(
    'of the scripts of %s are within 140 kB',
    (name) => {
      expect(sumOfBytes(screen(name))).toBeLessThan(140 * KB);
    },
  );

  it.each([
    [WORKERS[0], 205],
    [WORKERS[1], 183],
    [WORKERS[2], 207],
  ])('of %s and all that it needs are within %d kB', (name, kB) => {
    expect(sumOfBytes(neededBy(scriptNamed(name)))).toBeLessThan(kB * KB);
  });

  it('of workers are mostly what all of them share', () => {
    const needed = WORKERS.map((name) => neededBy(scriptNamed(name)));
    const all = sumOfBytes(new Set(needed.flatMap((files) => [...files])));
    const shared = sumOfBytes([...needed[0]!].filter((file) => needed.every((files) => files.has(file))));
    expect(shared / all).toBeGreaterThan(0.7);
  });

  it('of screens do not include the simulator: it runs in workers alone', () => {
    for (const name of ['plan', 'compare', 'inspect', 'lab', 'library'])
      expect([...screen(name)]).not.toContain(scriptNamed('simulator'));
  });

  it('of styles are within 15 kB, of fonts within 60 kB, of the editor within 130 kB', () => {
    const typeface = wireBytes(TYPEFACE);
    expect(sizeOf(/\.css$/) - typeface).toBeLessThan(15 * KB);
    expect(sizeOf(/\.woff2$/) + typeface).toBeLessThan(60 * KB);
    expect(sizeOf(/\/yaml-editor.*\.js$/)).toBeLessThan(130 * KB);
  });

  it('of everything together are within 692 kB', () => {
    expect(sumOfBytes(FILES)).toBeLessThan(692 * KB);
  });
});
