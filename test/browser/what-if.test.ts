/** Turning knobs of the comparison: sliders of engine, link and price, where the decision changes, split by TP, cost of a day, and charts as files. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { violations } from './axe.ts';
import { type Dashboard, finished, openDashboard, savedText } from './browser.ts';

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard();
});
afterAll(() => dashboard.close());

describe('the sliders', () => {
  it('of TP, step budget, link and price edit the one document by keys, and each goes back', async () => {
    const { page, complaints } = await dashboard.open();
    await finished(page);
    const press = async (label: string, key: string): Promise<void> => {
      await page.getByLabel(label).last().focus();
      await page.keyboard.press(key);
    };
    await press('GPUs per replica, slider', 'ArrowRight');
    await press('Tokens per step, slider', 'ArrowLeft');
    await press('KV link, slider', 'ArrowRight');
    await press('H100 SXM5 80GB, slider', 'Home');
    const text = await savedText(page, () => page.getByRole('button', { name: 'Save YAML' }).click());
    const { fleets, prices } = parse(text);
    expect(prices).toEqual({ gpuHourUsd: { 'h100-sxm': 0.1 } });
    expect(fleets[2].network.kvLink.GBps).toBe(100);
    for (const pool of fleets[2].pools) {
      expect(pool.parallel).toEqual({ tp: 2 });
      expect(pool.engine.args).toEqual({ max_num_batched_tokens: 4096 });
    }
    while ((await page.getByRole('button', { name: /^back to/ }).count()) > 0)
      await page
        .getByRole('button', { name: /^back to/ })
        .first()
        .click();
    const restored = await savedText(page, () => page.getByRole('button', { name: 'Save YAML' }).click());
    expect(parse(restored).prices).toBeUndefined();
    expect(parse(restored).fleets[2].network).toBeUndefined();
    expect(complaints).toEqual([]);
  });

  it('of a price move the cost at once', async () => {
    const { page } = await dashboard.open();
    await finished(page);
    await page.getByLabel('H100 SXM5 80GB, $ per GPU-hour').fill('2');
    await expect.poll(() => page.locator('.verdicts').textContent()).toContain('$16.00/h');
  });

  it('mark where the decision changes, as long as nothing else has moved', async () => {
    const { page } = await dashboard.open();
    await finished(page);
    const why = page.getByRole('region', { name: 'What would change the decision' });
    await why.getByRole('button', { name: 'Run' }).click();
    await why.getByText('Every change simulated here').waitFor({ timeout: 60_000 });
    const marks = page.locator('.field').filter({ hasText: 'Arrival rate' }).locator('.flip-text');
    await expect.poll(() => marks.count()).toBeGreaterThan(0);
    expect(await marks.first().textContent()).toMatch(/^(below|above) \d+: /);
    // Settings of each fleet are marked too, and the tornado has the same points as diamonds.
    const split = page.locator('.field').filter({ hasText: 'Of these, prefill' }).locator('.flip-text');
    expect(await split.first().textContent()).toMatch(/^at \d: /);
    expect(await page.locator('.flip-diamond').count()).toBeGreaterThan(0);
    const table = why.getByRole('region', { name: 'Flip points', exact: true }).locator('table');
    expect(
      await table.getByRole('rowheader', { name: /^4P\+4D: prefill replicas of 8, now 4/ }).count(),
    ).toBe(1);
    expect(await violations(page)).toEqual([]);
    await page.getByLabel('Arrival rate, slider').focus();
    await page.keyboard.press('ArrowRight');
    expect(await marks.count()).toBeGreaterThan(0);
    await page.getByLabel('Burstiness, CV; 1 is Poisson').fill('2');
    await expect.poll(() => marks.count()).toBe(0);
  });
});

describe('split by TP', () => {
  it('is simulated on request; keys read its cells, and Enter puts a fleet beside the others', async () => {
    const { page, complaints } = await dashboard.open();
    await finished(page);
    const section = page.getByRole('region', { name: 'How split and TP interact' });
    await section.getByRole('button', { name: 'Run' }).click();
    await section.getByText('15 fleets simulated here').waitFor({ timeout: 60_000 });
    expect(await section.locator('p').filter({ hasText: 'of A' }).textContent()).toMatch(
      /meet the SLO|furthest/,
    );
    const chart = section.getByRole('img', { name: /^Goodput by split and TP/ });
    await chart.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    expect(await section.locator('.reading').textContent()).toMatch(/^4 aggregated TP2: [\d.]+.\/s within/);
    await section.getByText('As a table').click();
    await expect.poll(() => section.getByRole('row').count()).toBe(16);
    expect(await violations(page)).toEqual([]);
    await chart.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('columnheader', { name: 'D 4 aggregated TP2' }).first().waitFor();
    expect(complaints).toEqual([]);
  });

  it('says of cells that cannot be built why', async () => {
    const { page } = await dashboard.open();
    await finished(page);
    await page.getByLabel('GPUs per replica, TP').nth(0).fill('4');
    await page.getByLabel('Replicas', { exact: true }).fill('2');
    for (const i of [1, 2]) await page.getByLabel('GPUs per replica, TP').nth(i).fill('4');
    await page.getByLabel('Served model').selectOption('llama-3.3-70b');
    await finished(page);
    const section = page.getByRole('region', { name: 'How split and TP interact' });
    await section.getByRole('button', { name: 'Run' }).click();
    await section.getByText('fleets simulated here').waitFor({ timeout: 60_000 });
    await section.getByText('As a table').click();
    expect(await section.getByRole('row', { name: /^8 aggregated/ }).textContent()).toMatch(/GiB/);
  });
});

describe('the cost of a day', () => {
  it('is a staircase of whole fleets, held against an API whose price the link keeps', async () => {
    const { page, complaints } = await dashboard.open();
    await finished(page);
    const loads = page.getByRole('region', { name: 'How much load they can take' });
    await loads.getByRole('button', { name: 'Run' }).click();
    const section = page.getByRole('region', { name: 'What it costs over a day' });
    await section.waitFor({ timeout: 60_000 });
    expect(await section.getByRole('listitem').count()).toBe(0);
    await section.getByLabel('API price, dollars per 1M answered tokens').fill('0.6');
    await expect.poll(() => section.getByRole('listitem').count()).toBeGreaterThan(1);
    expect(await section.getByRole('listitem').last().textContent()).toMatch(/cheaper/);
    await section.getByRole('img').focus();
    await page.keyboard.press('End');
    expect(await section.locator('.reading').textContent()).toMatch(/^At .* tokens a day: A \$.*, API \$/);
    await expect.poll(() => page.url()).toContain('&api=0,0.6');
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

describe('a chart', () => {
  it('is saved as a picture with its colours, typeface and caption inside', async () => {
    const { page, complaints } = await dashboard.open('#/compare', { colorScheme: 'dark' });
    await finished(page);
    const chart = page.getByRole('region', { name: 'Time to first token', exact: true });
    await chart.getByText('As a table').click();
    const svg = await savedText(page, () => chart.getByRole('button', { name: 'Save SVG' }).click());
    expect(svg).toContain('Time to first token</text>');
    expect(svg).toContain('data:font/woff2');
    expect(svg).toContain('rgb(63, 179, 204)');
    // Outside of the page there are no tokens to look up.
    expect(svg.replace(/style="[^"]*"/g, '')).not.toContain('var(--');
    const png = await savedText(page, () => chart.getByRole('button', { name: 'Save PNG' }).click());
    expect(png.slice(1, 4)).toBe('PNG');
    expect(complaints).toEqual([]);
  });
});
