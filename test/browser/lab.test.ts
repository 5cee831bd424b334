/** The lab in a real browser: policies with a control, decisions, and code of strangers, which gets nothing but its task. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_LAB } from '../../web/state/defaults.ts';
import { encodeScenario } from '../../web/state/fragment.ts';
import { violations } from './axe.ts';
import { type Dashboard, openDashboard, savedText } from './browser.ts';

const LAB = {
  ...DEFAULT_LAB,
  policies: DEFAULT_LAB.policies.slice(0, 3),
  loads: [2],
  run: { requests: 150 },
};

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard();
});
afterAll(() => dashboard.close());

async function openLab(lab: unknown = LAB, options = {}): Promise<Awaited<ReturnType<Dashboard['open']>>> {
  const opened = await dashboard.open(`#/lab?s=${await encodeScenario({ lab }, 'lab')}`, options);
  await simulated(opened.page);
  return opened;
}

async function simulated(page: Page): Promise<void> {
  await page.getByText('runs simulated here').waitFor({ timeout: 40_000 });
}

/** Puts a scorer on the page whose `score` has this body. */
async function putScorer(page: Page, body: string, before = ''): Promise<void> {
  await page.getByText('A scorer of your own').click();
  await page.getByLabel('Source of the module').fill(`${before}
export const plugin = {
  type: 'my-scorer', kinds: ['scorer'], defaults: {},
  create: () => ({ scorer: { score({ rows, count, table }, out) { ${body} } } }),
};`);
  await page.getByRole('button', { name: 'Run it as a policy' }).click();
}

describe('a lab', () => {
  it('compares policies seed by seed, has an A/A row, and shows every decision', async () => {
    const { page, complaints, foreign } = await openLab();
    const table = page.getByRole('region', { name: 'shared-prefixes at 2× load', exact: true });
    await expect.poll(() => table.locator('tbody tr').count()).toBe(LAB.policies.length + 1);
    expect(await table.getByRole('row', { name: /A\/A/ }).textContent()).toContain('noise floor');
    expect(await page.locator('h1').textContent()).toMatch(/TTFT p95/);
    await page.getByText('Seen ago').first().waitFor({ timeout: 20_000 });
    await page.getByRole('combobox', { name: /^Policy/ }).selectOption('blend');
    await page.getByText('prefix-cache-scorer').first().waitFor({ timeout: 20_000 });
    const before = await page.getByText(/^Request \d+,/).textContent();
    await page.getByLabel(/^Decision, 1 to/).fill('20');
    expect(await page.getByText(/^Request \d+,/).textContent()).not.toBe(before);
    await page.getByRole('button', { name: 'Replay it with each alternative' }).click();
    const courses = page.getByRole('region', { name: 'The request on each instance' });
    await courses.waitFor({ timeout: 20_000 });
    expect(await courses.getByRole('row').count()).toBeGreaterThan(2);
    expect(await courses.getByRole('rowheader').first().textContent()).toMatch(/, chosen$/);
    expect(await page.getByText(/TTFT regret/).textContent()).toMatch(/E2E/);
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
    expect(foreign).toEqual([]);
  });

  it('is saved with every seed of every figure', async () => {
    const { page } = await openLab();
    const text = await savedText(page, () =>
      page.getByRole('button', { name: 'Save CSV', exact: true }).first().click(),
    );
    const [head = '', ...rows] = text.trim().split('\n');
    expect(head.split(',').slice(0, 7)).toEqual([
      'policy',
      'workload',
      'load',
      'metric',
      'unit',
      'seed 1',
      'seed 2',
    ]);
    expect(rows.filter((row) => row.includes('ttftMs.p95')).length).toBe(LAB.policies.length + 1);
  });
});

describe('a module of a stranger', () => {
  it('is one policy among the others, and travels in no link', async () => {
    const { page } = await openLab();
    await putScorer(page, 'for (let i = 0; i < count; i++) out[i] = 1 / (1 + table.waiting[rows[i]]);');
    await page.getByRole('rowheader', { name: 'my-scorer' }).first().waitFor({ timeout: 40_000 });
    const hash = new URL(page.url()).hash;
    const other = await dashboard.open(hash);
    await other.page.getByText('which has not been loaded').first().waitFor();
  });

  it('reaches no network, no storage and no other worker', async () => {
    const { page, foreign } = await openLab();
    const probe = `const seen = [];
for (const name of ['fetch','XMLHttpRequest','WebSocket','EventSource','importScripts','indexedDB','caches','Worker','navigator','document','localStorage'])
  if (globalThis[name] !== undefined) seen.push(name);
let left = 'nothing';
try { await import('https://example.org/x.js'); left = 'a module of another origin'; } catch {}
if (seen.length > 0 || left !== 'nothing') throw new Error('reached ' + seen.join() + ' ' + left);`;
    await putScorer(page, 'for (let i = 0; i < count; i++) out[i] = 1;', probe);
    await page.getByRole('rowheader', { name: 'my-scorer' }).first().waitFor({ timeout: 40_000 });
    expect(foreign).toEqual([]);
  });

  it('that decides differently when asked twice is refused', async () => {
    const { page } = await openLab();
    await putScorer(page, 'for (let i = 0; i < count; i++) out[i] = Math.random();');
    await page
      .getByText(/other decisions when the same run was made again|Math.random/)
      .first()
      .waitFor({ timeout: 40_000 });
  });

  it('that hangs is stopped, and the page goes on', async () => {
    const { page } = await openLab();
    await putScorer(page, 'for (;;);');
    await page.getByText('did not give the processor back').waitFor({ timeout: 40_000 });
    await page.getByRole('button', { name: 'Undo' }).click();
    await simulated(page);
  });
});

describe.each(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
  it('axe-core finds no violation, and nothing scrolls sideways on a small screen', async () => {
    const { page } = await openLab(LAB, { colorScheme, viewport: { width: 390, height: 844 } });
    await page.getByText('Seen ago').first().waitFor({ timeout: 20_000 });
    await page.getByText('A scorer of your own').click();
    for (const summary of await page.getByText('As a table').all()) await summary.click();
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });
});
