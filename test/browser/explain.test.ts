/** Explain, on every chart: the drawer at the side says what the chart shows, what stands out of it now and what it rests on. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { violations } from './axe.ts';
import { type Dashboard, finished, openDashboard, savedText } from './browser.ts';

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard();
});
afterAll(() => dashboard.close());

const buttons = (page: Page) => page.getByRole('button', { name: /^Explain: / });
const drawer = (page: Page) => page.getByRole('complementary', { name: /./ }).and(page.locator('.explain'));

describe.each([
  ['#/compare', 'every fleet saw the same requests', 6],
  ['#/inspect', 'recorded here', 7],
  ['#/plan', 'Searched here in', 1],
  ['#/lab', 'every policy saw the same requests', 1],
  ['#/library/assumptions', 'How far predictions are off', 1],
] as const)('%s', (hash, words, least) => {
  it('explains each of its charts: what it shows, what stands out, how its numbers come about', async () => {
    const { page, complaints } = await dashboard.open(hash);
    await page.getByText(words).first().waitFor({ timeout: 60_000 });
    await buttons(page).first().waitFor();
    const all = await buttons(page).all();
    expect(all.length).toBeGreaterThanOrEqual(least);
    expect(await page.locator('details.twin').count()).toBe(all.length);
    for (const one of all) {
      await one.click();
      const title = (await one.getAttribute('aria-label'))!.replace('Explain: ', '');
      await page
        .getByRole('heading', { name: title, exact: true, level: 2 })
        .and(page.locator('.explain h2'))
        .waitFor();
      for (const part of ['What stands out', 'How the numbers come about'])
        expect(await drawer(page).getByRole('heading', { name: part }).count()).toBe(1);
      expect(await drawer(page).textContent()).not.toMatch(/undefined|NaN|\[object/);
    }
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

describe('the drawer', () => {
  it('is 360 px at the right, beside the page; Escape closes it and gives the focus back', async () => {
    const { page } = await dashboard.open();
    await finished(page);
    const button = page.getByRole('button', { name: 'Explain: Time to first token' });
    await button.focus();
    await page.keyboard.press('Enter');
    await drawer(page).waitFor();
    const box = (await drawer(page).boundingBox())!;
    expect([box.x, box.width]).toEqual([1000, 360]);
    const chart = (await page.getByRole('img', { name: /^Time to first token/ }).boundingBox())!;
    expect(chart.x + chart.width).toBeLessThanOrEqual(1000);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('explain-title');
    await page.keyboard.press('Escape');
    await expect.poll(() => drawer(page).count()).toBe(0);
    expect(await button.evaluate((one) => one === document.activeElement)).toBe(true);
    expect(await button.getAttribute('aria-expanded')).toBe('false');
  });

  it('follows the data of its chart, says what it rests on, and goes with its screen', async () => {
    const { page } = await dashboard.open();
    await finished(page);
    await page.getByRole('button', { name: 'Explain: Time to first token' }).click();
    await expect
      .poll(() => drawer(page).textContent())
      .toMatch(
        /Fleets A aggregated, B 4P\+4D, C 2P\+6D; workload chat; seeds 1 to 3, [\d,]+ requests.*95 % Student-t/,
      );
    const before = await drawer(page).textContent();
    await page.getByLabel('Arrival rate').first().fill('20');
    await expect.poll(() => drawer(page).textContent(), { timeout: 20_000 }).not.toBe(before);
    await page.getByRole('link', { name: 'Library' }).click();
    await expect.poll(() => drawer(page).count()).toBe(0);
  });

  it('lies over the lower half of a small screen, which does not scroll sideways', async () => {
    const { page } = await dashboard.open('#/compare', { viewport: { width: 320, height: 640 } });
    await finished(page);
    await buttons(page).first().click();
    await drawer(page).waitFor();
    const box = (await drawer(page).boundingBox())!;
    expect([box.x, box.width]).toEqual([0, 320]);
    expect(box.y).toBeGreaterThanOrEqual(0.39 * 640);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  });

  it('has its last words in saved pictures as well', async () => {
    const { page } = await dashboard.open();
    await finished(page);
    const section = page.getByRole('region', { name: 'What the GPUs do', exact: true });
    await section.locator('summary').click();
    const svg = await savedText(page, () => section.getByRole('button', { name: 'Save SVG' }).click());
    expect(svg).toMatch(/Fleets A aggregated, B 4P\+4D, C 2P\+6D; workload chat; seeds 1 to 3/);
  });
});
