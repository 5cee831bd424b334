/** (g) Chromium over Node: time of the same run in both. Only where Chromium is found ($CHROMIUM names another one). */
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { build } from 'vite';
import type { Print } from './print.ts';
import { bestRate } from './rate.ts';
import { aggregated } from './scenarios.ts';

const REQUESTS = 200_000;
const RUNS = 4;

export async function browserBench(print: Print): Promise<void> {
  const name = '(g) Chromium over Node';
  const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    print({ name, value: -1, unit: 'ratio', skipped: `no browser at ${executablePath}` });
    return;
  }
  const script = await bundledPage();
  const node = bestRate(aggregated(16, REQUESTS), RUNS).requestsPerS;
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const page = await browser.newPage();
    await page.addScriptTag({ content: script });
    const inBrowser = await page.evaluate(
      ([requests, runs]) =>
        (globalThis as unknown as { measure: (requests: number, runs: number) => number }).measure(
          requests!,
          runs!,
        ),
      [REQUESTS, RUNS],
    );
    const version = browser.version();
    print({ name, value: node / inBrowser, unit: 'ratio', node, chromium: inBrowser, version });
  } finally {
    await browser.close();
  }
}

/** `page.ts` and all that it needs as one script. */
async function bundledPage(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      target: 'es2022',
      lib: { entry: 'bench/page.ts', formats: ['iife'], name: 'page', fileName: 'page' },
    },
  });
  const [first] = Array.isArray(built) ? built : [built];
  const chunk = first !== undefined && 'output' in first ? first.output[0] : undefined;
  if (chunk === undefined) throw new Error('vite has built no page');
  return chunk.code;
}
