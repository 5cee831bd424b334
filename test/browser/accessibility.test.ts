/** WCAG A and AA by axe-core in both themes, reflow on small screens, keys, and what a page may weigh. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dashboard, finished, openDashboard } from './browser.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Script of the first screen, gzipped; worker and lazy chunks not counted. */
const SCRIPT_BUDGET_BYTES = 150_000;

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard();
});
afterAll(() => dashboard.close());

describe.each(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
  it('axe-core finds no violation on the comparison', async () => {
    const { page } = await dashboard.open('', { colorScheme });
    await finished(page);
    expect(await page.locator('html').getAttribute('data-theme')).toBe(colorScheme);
    for (const summary of await page.getByText('As a table').all()) await summary.click();
    expect(await violations(page)).toEqual([]);
  });

  it('axe-core finds no violation while old figures wait for new ones', async () => {
    const { page } = await dashboard.open('', { colorScheme });
    await finished(page);
    await page.getByLabel('Requests per run').fill('20000');
    await page.locator('.results.stale').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Run again' }).waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('axe-core finds no violation in the library', async () => {
    const { page, complaints } = await dashboard.open('#/library', { colorScheme });
    await page.getByRole('heading', { name: 'Models', exact: true }).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

describe('the page', () => {
  it.each([390, 320])('does not scroll sideways at %i px', async (width) => {
    const { page } = await dashboard.open('', { viewport: { width, height: 844 } });
    await finished(page);
    for (const summary of await page.getByText('As a table').all()) await summary.click();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });

  it('does not scroll sideways in the library either', async () => {
    const { page } = await dashboard.open('#/library', { viewport: { width: 390, height: 844 } });
    await page.getByRole('heading', { name: 'Models', exact: true }).waitFor();
    await page.getByText('4 sources').first().click();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });

  it('keeps the chosen theme over a reload', async () => {
    const { page } = await dashboard.open('', { colorScheme: 'light' });
    await page.getByRole('button', { name: 'Dark theme' }).click();
    await page.reload();
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
  });

  it('reads the distribution aloud under the arrow keys', async () => {
    const { page } = await dashboard.open();
    await finished(page);
    await page.getByRole('img', { name: /^Time to first token/ }).focus();
    await page.keyboard.press('ArrowRight');
    const reading = page.locator('.reading').first();
    expect(await reading.textContent()).toMatch(/^Within .*: A \d+.%, B \d+.%, C \d+.%$/);
    await page.keyboard.press('End');
    expect(await reading.textContent()).toMatch(/A 100.%, B 100.%, C 100.%$/);
  });

  it('loads no more script than its budget before the first comparison', () => {
    const root = process.env['DRYDOCK_WEB'] ?? 'dist/web';
    const html = readFileSync(join(root, 'index.html'), 'utf8');
    const names = readdirSync(join(root, 'assets')).filter(
      (name) => name.endsWith('.js') && html.includes(name),
    );
    expect(names.length).toBeGreaterThan(0);
    const bytes = names.reduce(
      (sum, name) => sum + gzipSync(readFileSync(join(root, 'assets', name))).length,
      0,
    );
    expect(bytes).toBeLessThan(SCRIPT_BUDGET_BYTES);
  });
});

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const tags = JSON.stringify(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']);
  return await page.evaluate<string[]>(
    `axe.run(document, { runOnly: ${tags} }).then((result) => result.violations.map((violation) =>
      violation.id + ': ' + violation.nodes.map((node) => node.html.slice(0, 120)).join(' | ')))`,
  );
}
