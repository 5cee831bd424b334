/** The library in a real browser: files of other tools, what is kept over a reload, and the way back to runs. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { violations } from './axe.ts';
import { type Dashboard, finished, openDashboard } from './browser.ts';

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard();
});
afterAll(() => dashboard.close());

/** A Mooncake trace with one row that cannot be read. */
const TRACE = Array.from({ length: 40 }, (_, i) =>
  i === 7
    ? '{"timestamp": "soon", "input_length": 600, "output_length": 20, "hash_ids": [0, 1]}'
    : `{"timestamp": ${i * 200}, "input_length": 600, "output_length": 20, "hash_ids": [0, ${i + 1}]}`,
).join('\n');

const shelf = (name: string) => ({ name, exact: true }) as const;

async function openImports(options = {}) {
  const opened = await dashboard.open('#/library', options);
  await opened.page.getByRole('button', shelf('Traces and imports')).click();
  return opened;
}

describe('a file', () => {
  it('that is a trace is read, its bad row named by line, and fleets are compared under it', async () => {
    const { page, complaints } = await openImports();
    await page
      .getByLabel(/^Drop files here/)
      .setInputFiles({ name: 'day.jsonl', mimeType: 'text/plain', buffer: Buffer.from(TRACE) });
    await page
      .getByText(/mooncake/)
      .first()
      .waitFor();
    await expect.poll(() => page.getByText(/^line 8, /).count()).toBe(1);
    await page.getByRole('button', { name: 'Leave bad rows out' }).click();
    await finished(page);
    expect(await page.locator('.run-text').first().textContent()).toContain(`${39 * 3 * 3} requests`);
    expect(complaints).toEqual([]);
  });

  it('that is a command line becomes a fleet of the comparison', async () => {
    const { page } = await openImports();
    const command = 'vllm serve meta-llama/Llama-3.1-8B-Instruct --tensor-parallel-size 2\n';
    await page
      .getByLabel(/^Drop files here/)
      .setInputFiles({ name: 'mine.sh', mimeType: 'text/plain', buffer: Buffer.from(command) });
    await page.getByRole('button', { name: 'Add it as a fleet' }).click();
    await finished(page);
    expect(await page.locator('.verdicts li').first().textContent()).toContain('mine');
  });

  it('that is nothing known says so', async () => {
    const { page } = await openImports();
    await page
      .getByLabel(/^Drop files here/)
      .setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('dear diary') });
    expect(await page.getByRole('alert').textContent()).toContain('found');
  });
});

describe('what is kept', () => {
  it('is there after a reload: documents, runs and traces', async () => {
    const { page } = await dashboard.open('#/compare');
    await finished(page);
    await page.getByRole('link', { name: 'Library' }).click();
    await page.getByLabel('as', { exact: true }).fill('mine');
    await page.getByRole('button', { name: 'Keep', exact: true }).click();
    await page.reload();
    await page.getByRole('rowheader', { name: 'mine' }).waitFor();
    await page.getByRole('button', shelf('Runs')).click();
    await expect.poll(() => page.getByRole('region', { name: 'Runs' }).locator('tbody tr').count()).toBe(1);
    await page.getByRole('button', { name: 'Open' }).click();
    await finished(page);
  });
});

describe('a shipped scenario', () => {
  it('opens on its screen', async () => {
    const { page } = await dashboard.open('#/library');
    await page
      .getByRole('row', { name: /compare-pd/ })
      .getByRole('button', { name: 'Open' })
      .click();
    await expect.poll(() => new URL(page.url()).hash).toMatch(/^#\/compare/);
  });
});

describe.each(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
  it('axe-core finds no violation on any shelf, and nothing scrolls sideways on a small screen', async () => {
    const { page } = await dashboard.open('#/library', {
      colorScheme,
      viewport: { width: 390, height: 844 },
    });
    for (const name of [
      'Scenarios',
      'Traces and imports',
      'Runs',
      'Hardware and models',
      'Assumptions and validation',
    ]) {
      await page.getByRole('button', shelf(name)).click();
      if (name === 'Hardware and models')
        await page.getByRole('heading', { name: 'Models', exact: true }).waitFor();
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    }
  });
});
