/** The frame: palette, keys, the editor over the same document, links that say what their sender saw, the first minute. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { DEFAULT_PLAN } from '../../web/state/defaults.ts';
import { encodeScenario } from '../../web/state/fragment.ts';
import { DEFAULT_SETUP, documentOf } from '../../web/state/setup.ts';
import { violations } from './axe.ts';
import { type Dashboard, finished, openDashboard, savedText } from './browser.ts';

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard();
});
afterAll(() => dashboard.close());

const small = documentOf({ ...DEFAULT_SETUP, requests: 100 });
const openSmall = async (suffix = '', options = {}) =>
  await dashboard.open(
    `#/compare?s=${await encodeScenario({ document: small, seeds: 2 })}${suffix}`,
    options,
  );

describe('the command palette', () => {
  it('goes to screens and to settings, by keys alone', async () => {
    const { page } = await openSmall();
    await finished(page);
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Command or setting' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.type('arrival');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate(() => document.activeElement?.id !== '')).toBe(true);
    expect(
      await page.getByLabel('Arrival rate, requests/s').evaluate((one) => one === document.activeElement),
    ).toBe(true);
    await page.keyboard.press('Control+k');
    await page.keyboard.type('library');
    await page.keyboard.press('Enter');
    await expect.poll(() => new URL(page.url()).hash).toMatch(/^#\/library/);
    await page.goBack();
    await expect.poll(() => new URL(page.url()).hash).toMatch(/^#\/compare/);
  });
});

describe('single letters', () => {
  it('are keys outside of fields, and can be turned off for good', async () => {
    const { page } = await openSmall();
    await finished(page);
    await page.locator('h1').click();
    await page.keyboard.press('g');
    await page.keyboard.press('b');
    await expect.poll(() => new URL(page.url()).hash).toMatch(/^#\/library/);
    await page.keyboard.press('?');
    await page.getByLabel('Single letters are keys').uncheck();
    await page.keyboard.press('Escape');
    await page.reload();
    await page.locator('h1').waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    expect(new URL(page.url()).hash).toMatch(/^#\/library/);
  });
});

describe('the editor', () => {
  it('is the other face of the form: both change one document, undone together', async () => {
    const { page, complaints } = await openSmall();
    await finished(page);
    await page.getByLabel('YAML').check();
    const text = page.locator('.cm-content');
    await text.getByText('rateRps', { exact: false }).first().waitFor();
    await text.getByText('60', { exact: true }).first().dblclick();
    await page.keyboard.type('45');
    await page.getByLabel('Form').check();
    await expect.poll(() => page.getByLabel('Arrival rate, requests/s').inputValue()).toBe('45');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => page.getByLabel('Arrival rate, requests/s').inputValue()).toBe('60');
    expect(complaints).toEqual([]);
  });

  it('says what is wrong, with the line, and offers what may stand there', async () => {
    const { page } = await openSmall();
    await finished(page);
    await page.getByLabel('YAML').check();
    const text = page.locator('.cm-content');
    await text.click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('\nworkloda: 1');
    const problems = page.getByRole('status', { name: 'Problems of the document' });
    await expect
      .poll(() => problems.textContent())
      .toMatch(/line \d+.*workloda.*workload \(the nearest known key\)/s);
    expect(await violations(page)).toEqual([]);
    for (let i = 0; i < 'workloda: 1'.length; i += 1) await page.keyboard.press('Backspace');
    await page.keyboard.type('cl');
    await page.keyboard.press('Control+Space');
    await page.getByRole('option', { name: /clients/ }).waitFor();
  });

  it('keeps comments when the form changes the document, also in the saved file', async () => {
    const { page } = await openSmall();
    await finished(page);
    await page.getByLabel('YAML').check();
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.type('# for the meeting\n');
    await page.getByLabel('Form').check();
    await page.getByLabel('Arrival rate, requests/s').fill('33');
    const text = await savedText(page, () => page.getByRole('button', { name: 'Save YAML' }).click());
    expect(text).toMatch(/^# for the meeting\n/);
    expect(parse(text)).toMatchObject({ workload: { arrivals: { rateRps: 33 } } });
  });
});

describe('the list of what runs', () => {
  it('ends all of it at one press, and offers that only where several run', async () => {
    const long = documentOf({ ...DEFAULT_SETUP, requests: 60_000 });
    const { page, complaints } = await dashboard.open(
      `#/compare?s=${await encodeScenario({ document: long, seeds: 3 })}`,
    );
    const tray = page.getByRole('dialog', { name: 'What runs' });
    await page.getByRole('button', { name: 'Jobs 1' }).click();
    await tray.getByRole('button', { name: 'Cancel: Comparison' }).waitFor();
    expect(await tray.getByRole('button', { name: 'Cancel all' }).count()).toBe(0);
    await tray.getByRole('button', { name: 'Close' }).click();
    for (const title of ['How much load they can take', 'How split and TP interact'])
      await page.getByRole('region', { name: title }).getByRole('button', { name: 'Run' }).click();
    await page.getByRole('button', { name: 'Jobs 3' }).click();
    await expect.poll(() => tray.getByRole('listitem').count()).toBe(3);
    await tray.getByRole('button', { name: 'Cancel all' }).click();
    await tray.getByText('Nothing. Comparisons').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('.run-text', { hasText: /^Cancelled/ }).count()).toBe(3);
    expect(complaints).toEqual([]);
  });

  it('has every job with its progress; one that is ended leaves the others alone', async () => {
    const long = documentOf({ ...DEFAULT_SETUP, requests: 60_000 });
    const { page, complaints } = await dashboard.open(
      `#/compare?s=${await encodeScenario({ document: long, seeds: 3 })}`,
    );
    const load = page.getByRole('region', { name: 'How much load they can take' });
    await load.getByRole('button', { name: 'Run' }).click();
    await page.getByRole('button', { name: 'Jobs 2' }).click();
    const tray = page.getByRole('dialog', { name: 'What runs' });
    await expect.poll(() => tray.getByRole('listitem').count()).toBe(2);
    await expect
      .poll(() => tray.getByRole('listitem').first().textContent())
      .toMatch(/^Comparison[\d.]+.% after \d+ s/);
    expect(await violations(page)).toEqual([]);
    await tray.getByRole('button', { name: 'Cancel: Comparison' }).click();
    await expect.poll(() => tray.getByRole('listitem').count()).toBe(1);
    await tray.getByRole('button', { name: 'Cancel: How much load' }).click();
    await tray.getByText('Nothing. Comparisons').waitFor();
    await page.keyboard.press('Escape');
    await page
      .getByText(/^Cancelled/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Jobs', exact: true }).waitFor();
    expect(complaints).toEqual([]);
  });
});

describe('a copied link', () => {
  it('says whether the same comes out for whoever opens it', async () => {
    const first = await openSmall();
    await finished(first.page);
    await first.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await first.page.getByRole('button', { name: 'Share' }).click();
    await first.page.getByRole('button', { name: 'Copy link' }).click();
    await first.page.getByText('Copied a link').waitFor();
    const link = await first.page.evaluate(() => navigator.clipboard.readText());
    const second = await dashboard.open(new URL(link).hash);
    await finished(second.page);
    expect(await second.page.locator('.evidence').textContent()).toContain(
      'The same figures came out for whoever sent the link.',
    );
    const lie = new URL(link).hash.replace(/&v=.*/, '&v=abcdef.0123456789abcdef');
    const third = await dashboard.open(lie);
    await finished(third.page);
    expect(await third.page.locator('.evidence').textContent()).toContain('Other figures came out');
  });

  it('brings its title and note along, as text, to be taken away or changed', async () => {
    const first = await openSmall();
    await first.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await first.page.getByRole('button', { name: 'Share' }).click();
    await first.page.getByLabel('Title').fill('Fleet for <b>May</b>');
    await first.page.getByLabel('Note').fill('B is enough.\n<img src=x onerror="window.hacked=1">');
    expect(await violations(first.page)).toEqual([]);
    await first.page.getByRole('button', { name: 'Copy link' }).click();
    await first.page.getByText('Copied a link').waitFor();
    const link = await first.page.evaluate(() => navigator.clipboard.readText());
    const { page, complaints } = await dashboard.open(new URL(link).hash);
    const about = page.getByRole('region', { name: 'About this link' });
    expect(await about.locator('strong').textContent()).toBe('Fleet for <b>May</b>');
    expect(await about.locator('p').textContent()).toBe(
      'B is enough.\n<img src=x onerror="window.hacked=1">',
    );
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
    const hash = (): Promise<string> => page.evaluate(() => window.location.hash);
    let before = await hash();
    await page.getByLabel('Arrival rate, requests/s').fill('33');
    // The address follows what is shown with a little delay.
    await expect.poll(hash).not.toBe(before);
    await page.reload();
    await about.getByRole('button', { name: 'Edit' }).click();
    expect(await page.getByLabel('Title').inputValue()).toBe('Fleet for <b>May</b>');
    await page.getByRole('button', { name: 'Close' }).click();
    before = await hash();
    await about.getByRole('button', { name: 'Take away' }).click();
    await expect.poll(() => about.count()).toBe(0);
    await expect.poll(hash).not.toBe(before);
    await page.reload();
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await about.count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('with markup in a fleet’s name shows it as text on every screen', async () => {
    const name = '<img src=x onerror="window.hacked=1">';
    const fleets = DEFAULT_SETUP.fleets.map((fleet, i) => (i === 0 ? { ...fleet, name } : fleet));
    const state = {
      document: documentOf({ ...DEFAULT_SETUP, fleets, requests: 60 }),
      plan: { ...DEFAULT_PLAN, name, workload: { ...DEFAULT_PLAN.workload, name } },
    };
    for (const screen of ['compare', 'inspect', 'plan']) {
      const { page } = await dashboard.open(`#/${screen}?s=${await encodeScenario(state, null)}`);
      await expect
        .poll(() => page.locator('#main').textContent(), { timeout: 20_000 })
        .toContain('<img src=x');
      expect(await page.locator('main img, aside img').count()).toBe(0);
      expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
    }
  });
});

describe('the first minute', () => {
  it('is walked by keys alone: question, reason, comparison, link', async () => {
    const search = { ...DEFAULT_PLAN.search, gpus: ['h200-sxm'], parallel: { tp: [2] } };
    const plan = { ...DEFAULT_PLAN, search, budget: { maxGpus: 6 }, maxSeeds: 3, run: { requests: 150 } };
    const { page, complaints } = await dashboard.open(`#/plan?s=${await encodeScenario({ plan }, 'plan')}`);
    await page.getByText('Searched here in').waitFor({ timeout: 40_000 });
    const go = async (words: string): Promise<void> => {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Command or setting' }).waitFor();
      await page.keyboard.type(words);
      await page.keyboard.press('Enter');
    };
    // The question: another rate.
    await go('rate, requests');
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => page.getByLabel('Rate, requests per second').inputValue()).toBe('7');
    await page.getByText('Searched here in').waitFor({ timeout: 40_000 });
    // The answer beside its rivals.
    await page.getByRole('button', { name: 'Compare', exact: true }).first().focus();
    await page.keyboard.press('Enter');
    await finished(page);
    // The reason.
    await page.locator('h1').evaluate((one) => (one as HTMLElement).ownerDocument.body.focus());
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await page.keyboard.press('g');
    await page.keyboard.press('i');
    await page.getByText(/^The slow tenth spends/).waitFor({ timeout: 30_000 });
    // The link.
    await page.keyboard.press('s');
    await page.getByText(/Copied a link|does not let this page copy/).waitFor();
    expect(complaints).toEqual([]);
  });
});
