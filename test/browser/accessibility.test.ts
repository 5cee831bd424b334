/** WCAG A and AA by axe-core in both themes, reflow on small screens, and keys. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { violations } from './axe.ts';
import { type Dashboard, finished, openDashboard } from './browser.ts';

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard();
});
afterAll(() => dashboard.close());

describe.each(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
  it('axe-core finds no violation on the comparison', async () => {
    const { page } = await dashboard.open('#/compare', { colorScheme });
    await finished(page);
    expect(await page.locator('html').getAttribute('data-theme')).toBe(colorScheme);
    for (const summary of await page.getByText('As a table').all()) await summary.click();
    expect(await violations(page)).toEqual([]);
  });

  it('axe-core finds no violation while old figures wait for new ones', async () => {
    const { page } = await dashboard.open('#/compare', { colorScheme });
    await finished(page);
    await page.getByLabel('Requests per run').fill('20000');
    await page.locator('.results.stale').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Run again' }).waitFor();
    expect(await violations(page)).toEqual([]);
  });
});

describe('the page', () => {
  it.each([390, 320])('does not scroll sideways at %i px', async (width) => {
    const { page } = await dashboard.open('#/compare', { viewport: { width, height: 844 } });
    await finished(page);
    for (const summary of await page.getByText('As a table').all()) await summary.click();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });

  it('keeps the chosen theme over a reload', async () => {
    const { page } = await dashboard.open('#/compare', { colorScheme: 'light' });
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
    expect(await reading.textContent()).toMatch(/^Within .*: A [\d.]+.%, B [\d.]+.%, C [\d.]+.%$/);
    await page.keyboard.press('End');
    expect(await reading.textContent()).toMatch(/A 100.%, B 100.%, C 100.%$/);
  });
});
