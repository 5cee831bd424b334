/** The address is the document: what a link carries, and what happens to links that are damaged or hostile. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeScenario } from '../../web/state/fragment.ts';
import { DEFAULT_SETUP, documentOf } from '../../web/state/setup.ts';
import { type Dashboard, finished, openDashboard } from './browser.ts';

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard();
});
afterAll(() => dashboard.close());

describe('a link', () => {
  it('opened in a fresh browser shows the same finding and fingerprints', async () => {
    const first = await dashboard.open();
    await finished(first.page);
    const before = await first.page.locator('.fingerprint code').allInnerTexts();
    await first.page.getByLabel(/^Arrival rate, requests/).fill('75');
    await expect.poll(() => first.page.locator('.fingerprint code').allInnerTexts()).not.toEqual(before);
    await finished(first.page);
    const hash = new URL(first.page.url()).hash;
    expect(hash).toMatch(/^#\/compare\?s=2\.[\w-]+$/);

    const second = await dashboard.open(hash);
    await finished(second.page);
    expect(await second.page.locator('h1').textContent()).toBe(await first.page.locator('h1').textContent());
    expect(await second.page.locator('.fingerprint code').allInnerTexts()).toEqual(
      await first.page.locator('.fingerprint code').allInnerTexts(),
    );
    expect(await second.page.getByLabel(/^Arrival rate, requests/).inputValue()).toBe('75');
  });

  it('follows back and forward', async () => {
    const { page } = await dashboard.open();
    await finished(page);
    const rate = page.getByLabel(/^Arrival rate, requests/);
    await rate.fill('40');
    await expect.poll(() => page.evaluate(() => history.length)).toBe(3);
    await page.goBack();
    await expect.poll(() => rate.inputValue()).toBe('60');
    await page.goForward();
    await expect.poll(() => rate.inputValue()).toBe('40');
    await finished(page);
  });

  it.each([
    ['cut off', '1.abc', /damaged/],
    ['no text at all', '%%%', /damaged/],
    ['of another version', '9.abc', /another version/],
  ])('that is %s is explained, and the page goes on', async (_, text, words) => {
    const { page, complaints } = await dashboard.open(`#/compare?s=${text}`);
    expect(await page.getByRole('alert').textContent()).toMatch(words);
    await finished(page);
    expect(complaints).toEqual([]);
  });

  it('whose document is no scenario gets the simulator’s own words', async () => {
    const text = await encodeScenario({ document: { fleets: 3, workload: null }, seeds: 1 });
    const { page, complaints } = await dashboard.open(`#/compare?s=${text}`);
    expect(await page.getByRole('alert').textContent()).toMatch(/fleets.*found/s);
    expect(complaints).toEqual([]);
  });

  it('with markup in a fleet’s name shows it as text', async () => {
    const name = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
    const fleets = DEFAULT_SETUP.fleets.map((fleet, i) => (i === 1 ? { ...fleet, name } : fleet));
    const document = documentOf({ ...DEFAULT_SETUP, fleets, requests: 100 });
    const { page } = await dashboard.open(`#/compare?s=${await encodeScenario({ document, seeds: 1 })}`);
    await finished(page);
    expect(await page.locator('.verdicts').textContent()).toContain('<img src=x');
    expect(await page.locator('main img, main script, aside img').count()).toBe(0);
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
  });

  it('may hold a scenario that the forms do not; it is run as it is', async () => {
    const document = { clients: { timeoutS: 60 }, ...documentOf({ ...DEFAULT_SETUP, requests: 100 }) };
    const { page } = await dashboard.open(`#/compare?s=${await encodeScenario({ document, seeds: 2 })}`);
    await finished(page);
    await page.getByLabel('YAML').check();
    await expect.poll(() => page.locator('.cm-content').textContent()).toContain('timeoutS: 60');
  });

  it('may hold several workloads; each has its own table', async () => {
    const base = documentOf({ ...DEFAULT_SETUP, requests: 100 });
    const long = { ...base.workload, name: 'long prompts', input: { dist: 'constant', value: 8000 } };
    const document = { ...base, workloads: { 'long prompts': long } };
    const { page } = await dashboard.open(`#/compare?s=${await encodeScenario({ document, seeds: 2 })}`);
    await finished(page);
    const chat = await page.locator('.fingerprint code').allInnerTexts();
    await page.getByLabel('Workload').selectOption('long prompts');
    expect(await page.locator('.fingerprint code').allInnerTexts()).not.toEqual(chat);
    expect(await page.locator('h1').textContent()).toContain('both workloads');
  });
});
