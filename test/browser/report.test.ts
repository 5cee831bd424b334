/** The report that a screen is saved as: one file, complete, silent, and with nothing of a name but its text. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeScenario } from '../../web/state/fragment.ts';
import { DEFAULT_SETUP, documentOf } from '../../web/state/setup.ts';
import { violations } from './axe.ts';
import { type Dashboard, finished, openDashboard, savedText } from './browser.ts';

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard();
});
afterAll(() => dashboard.close());

/** Most that a report may weigh, bytes. */
const MOST = 2e6;

describe('a report saved from the page', () => {
  it('has answer, tables and charts in one file that runs nothing and asks for nothing', async () => {
    const name = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
    const document = documentOf({ ...DEFAULT_SETUP, requests: 300, name });
    const fleets = document.fleets.with(0, { ...document.fleets[0]!, name });
    const fragment = await encodeScenario({ document: { ...document, fleets } });
    const { page, complaints } = await dashboard.open(`#/compare?s=${fragment}`);
    await finished(page);
    const answer = await page.locator('h1').textContent();
    const text = await savedText(page, () => page.getByRole('button', { name: 'Save report' }).click());
    expect(text.length).toBeLessThan(MOST);
    expect(complaints).toEqual([]);
    // No address but the page's own, and no style that the page would have to give.
    expect(text.match(/(src|href)="(?!data:|#)[^"]*"/g)).toEqual([
      expect.stringContaining(`href="${dashboard.origin}`),
    ]);
    expect(text).not.toContain('var(--fleet');
    const reader = await dashboard.blank();
    const asked: string[] = [];
    reader.on('request', (request) => asked.push(request.url()));
    reader.on('pageerror', (error) => asked.push(String(error)));
    await reader.setContent(text);
    expect(await reader.locator('h1').textContent()).toBe(name);
    expect(await reader.locator('.answer').textContent()).toBe(answer);
    expect(await reader.locator('figure svg').count()).toBeGreaterThanOrEqual(6);
    expect(await reader.getByRole('cell', { name, exact: true }).count()).toBe(1);
    // Legends keep their words beside their swatches.
    expect(await reader.locator('figure').getByText('KV transfer', { exact: true }).count()).toBeGreaterThan(
      0,
    );
    expect(await reader.evaluate('window.hacked')).toBeUndefined();
    expect(await reader.locator('script, figure img, foreignObject').count()).toBe(0);
    expect(await violations(reader)).toEqual([]);
    // The browser asks for data: images of the charts at most.
    expect(asked.filter((url) => !url.startsWith('data:'))).toEqual([]);
  });

  it('is made of a recorded run too, its canvases as images, and by the palette', async () => {
    const fragment = await encodeScenario({ document: documentOf({ ...DEFAULT_SETUP, requests: 200 }) });
    const { page } = await dashboard.open(`#/inspect?s=${fragment}`);
    await page.getByText('recorded here').waitFor();
    const text = await savedText(page, async () => {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Command or setting' }).fill('as a report');
      await page.keyboard.press('Enter');
    });
    expect(text.length).toBeLessThan(MOST);
    expect(text).toContain('href="data:image/png;base64,');
    expect(text).toContain('img-src data:;');
    const reader = await dashboard.blank();
    await reader.setContent(text);
    await expect.poll(() => reader.locator('figure').count()).toBeGreaterThanOrEqual(5);
    expect(await reader.getByText('TTFT').count()).toBeGreaterThan(0);
  });

  it('of the plan and of the lab says what they found', async () => {
    for (const [hash, done] of [
      ['#/plan', 'Searched here in'],
      ['#/lab', 'every policy saw the same requests'],
    ] as const) {
      const { page } = await dashboard.open(hash);
      const run = page.getByRole('button', { name: 'Run', exact: true });
      await page.getByText(done).or(run).first().waitFor({ timeout: 60_000 });
      if ((await run.count()) > 0) await run.click();
      await page.getByText(done).waitFor({ timeout: 120_000 });
      const answer = await page.locator('h1').textContent();
      const text = await savedText(page, () => page.getByRole('button', { name: 'Save report' }).click());
      const reader = await dashboard.blank();
      await reader.setContent(text);
      expect(await reader.locator('.answer').textContent()).toBe(answer);
      expect(await reader.locator('tbody tr').count()).toBeGreaterThan(3);
    }
  });
});
