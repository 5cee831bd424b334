/** The library in a real browser: files of other tools, what is kept over a reload, and the way back to runs. */
import { readFile } from 'node:fs/promises';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unzipped } from '../../web/shell/unzip.ts';
import { zipped } from '../../web/shell/zip.ts';
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

describe('the shelves', () => {
  it('have addresses of their own, which open them', async () => {
    const { page } = await dashboard.open('#/library/runs');
    await page.getByRole('heading', { level: 1, name: /runs? of yours kept here/ }).waitFor();
    await page.getByRole('button', { name: 'Hardware and models' }).click();
    await expect.poll(() => new URL(page.url()).hash).toMatch(/^#\/library\/catalogue\?s=/);
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Every figure of a GPU' }).waitFor();
  });
});

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

describe('a table of one’s own', () => {
  const rows = Array.from(
    { length: 40 },
    (_, i) => `${i},${1000 + i * 200},${i === 7 ? 'many' : 600},20,chat-${i % 5}`,
  );
  const TABLE = ['request,sent_ms,prompt,answer,conversation', ...rows].join('\n');

  it('becomes a trace by the columns that are chosen, its bad line named, and is kept like others', async () => {
    const { page, complaints } = await openImports();
    await page
      .getByLabel(/^Drop files here/)
      .setInputFiles({ name: 'ours.csv', mimeType: 'text/csv', buffer: Buffer.from(TABLE) });
    await page.getByText('Which column of ours.csv is what?').waitFor();
    await page.getByText('line 9, prompt: found many').waitFor();
    await page.getByText('span          7.8 s, 4.87 requests/s').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByLabel('Output', { exact: true }).selectOption('prompt');
    await page.getByText('prompt is chosen twice').waitFor();
    await page.getByLabel('Output', { exact: true }).selectOption('answer');
    await page.getByLabel('Arrival is in').selectOption('seconds');
    await page.getByText('span          7,800.0 s').waitFor();
    await page.getByLabel('Arrival is in').selectOption('milliseconds');
    await page.getByText('sessions      5').waitFor();
    await page.getByRole('button', { name: 'Compare fleets under the 39 rows' }).click();
    await finished(page);
    expect(await page.locator('.run-text').first().textContent()).toContain(`${39 * 3 * 3} requests`);
    await page.reload();
    await page.getByRole('link', { name: 'Library' }).click();
    await page.getByRole('button', shelf('Traces and imports')).click();
    await page.getByRole('rowheader', { name: 'ours.csv' }).waitFor();
    await page.getByRole('button', { name: 'Use', exact: true }).click();
    await finished(page);
    expect(complaints).toEqual([]);
  });

  it('may be lines of JSON, whose inner fields are named by their path', async () => {
    const { page, complaints } = await openImports();
    const lines = Array.from({ length: 30 }, (_, i) =>
      i === 4
        ? '{"created": 1763312401, "usage": '
        : JSON.stringify({
            ...{ prompt: 'Who goes there?', created: 1_763_312_400 + i / 4 },
            usage: { prompt_tokens: 300 + i, completion_tokens: 20 },
          }),
    );
    await page.getByLabel(/^Drop files here/).setInputFiles({
      ...{ name: 'log.jsonl', mimeType: 'text/plain', buffer: Buffer.from(lines.join('\n')) },
    });
    await page.getByText('Which column of log.jsonl is what?').waitFor();
    expect(await page.getByLabel('Input: the whole prompt').inputValue()).toBe('usage.prompt_tokens');
    await page.getByText('line 5, row: found {"created": 1763312401').waitFor();
    await page.getByText('requests      29').waitFor();
    await page.getByRole('button', { name: 'Compare fleets under the 29 rows' }).click();
    await finished(page);
    expect(complaints).toEqual([]);
  });

  it('may be Parquet, whose rows are counted', async () => {
    const { page, complaints } = await openImports();
    const bytes = parquetWriteBuffer({
      columnData: [
        { name: 'at', data: Array.from({ length: 50 }, (_, i) => new Date(1_763_312_400_000 + i * 100)) },
        { name: 'prompt_tokens', data: Array.from({ length: 50 }, (_, i) => (i === 8 ? 0 : 200 + i)) },
        { name: 'output_tokens', data: Array.from({ length: 50 }, () => 16) },
      ],
    });
    await page.getByLabel(/^Drop files here/).setInputFiles({
      ...{ name: 'log.parquet', mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) },
    });
    await page.getByText('Which column of log.parquet is what?').waitFor();
    await page.getByText('row 9, prompt_tokens: found 0').waitFor();
    await page.getByText('span          4.9 s').waitFor();
    await page.getByRole('button', { name: 'Compare fleets under the 49 rows' }).click();
    await finished(page);
    expect(complaints).toEqual([]);
  });
});

describe('a .fleet file', () => {
  const drop = async (page: Page, name: string, buffer: Buffer) =>
    await page.getByLabel(/^Drop files here/).setInputFiles({ name, mimeType: 'application/zip', buffer });

  it('brings comparison, trace, words and figures to another browser', async () => {
    const { page } = await openImports();
    await page
      .getByLabel(/^Drop files here/)
      .setInputFiles({ name: 'day.jsonl', mimeType: 'text/plain', buffer: Buffer.from(TRACE) });
    await page.getByRole('button', { name: 'Leave bad rows out' }).click();
    await finished(page);
    await page.getByRole('button', { name: 'Share' }).click();
    await page.getByText('The link does not carry day.jsonl').waitFor();
    await page.getByLabel('Title').fill('A day of <i>ours</i>');
    expect(await violations(page)).toEqual([]);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save .fleet file' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/_bundle_\d{8}_[0-9a-f]{7}\.fleet$/);
    const bytes = await readFile(await download.path());
    const files = await unzipped(Uint8Array.from(bytes));
    expect([...files.keys()]).toEqual([
      ...['bundle.json', 'comparison.yaml', 'traces/1-day.jsonl', 'report.json', 'report.html', 'link.txt'],
    ]);
    expect(files.get('traces/1-day.jsonl')).toBe(TRACE);
    expect(files.get('report.html')).toContain('<!doctype html>');

    const other = await openImports();
    await drop(other.page, 'theirs.fleet', bytes);
    const preview = other.page.getByRole('region', { name: 'theirs.fleet' });
    expect(await preview.locator('strong').textContent()).toBe('A day of <i>ours</i>');
    expect(await violations(other.page)).toEqual([]);
    await preview.getByRole('button', { name: 'Open' }).click();
    await finished(other.page);
    expect(await other.page.locator('.evidence').textContent()).toContain('The same figures came out');
    await other.page.getByRole('region', { name: 'About this link' }).waitFor();
    expect(other.complaints).toEqual([]);
  });

  it('that is damaged, or of somebody else, says so', async () => {
    const { page, complaints } = await openImports();
    await drop(page, 'half.fleet', Buffer.from(zipped([{ path: 'bundle.json', text: '{}' }]).slice(0, 60)));
    await page.getByText('half.fleet cannot be opened').waitFor();
    expect(await page.getByRole('alert').textContent()).toContain('It is damaged');
    await drop(page, 'theirs.zip', Buffer.from(zipped([{ path: 'a.txt', text: 'a' }])));
    await page.getByText('theirs.zip cannot be opened').waitFor();
    expect(await page.getByRole('alert').textContent()).toContain('no bundle.json');
    expect(complaints).toEqual([]);
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

/** A result of `vllm bench serve --save-detailed` with constant times. */
function benchResult(ratePerS: number, count = 20): string {
  const requests = Array.from({ length: count }, (_, i) => ({
    s: i / ratePerS,
    input: 200 + i * 20,
    output: 24,
  }));
  return JSON.stringify({
    request_rate: ratePerS,
    max_concurrency: null,
    input_lens: requests.map(({ input }) => input),
    output_lens: requests.map(({ output }) => output),
    ttfts: requests.map(() => 0.06),
    itls: requests.map(({ output }) => new Array<number>(output - 1).fill(0.012)),
    start_times: requests.map(({ s }) => s),
  });
}

describe('measurements', () => {
  it('become a calibration with its cross-validated error, kept here and offered by the comparison', async () => {
    const { page, complaints, foreign } = await openImports();
    const section = page.getByRole('region', { name: 'Calibrate with measurements' });
    const files = [1, 4].map((rate) => ({
      name: `rate-${rate}.json`,
      mimeType: 'application/json',
      buffer: Buffer.from(benchResult(rate)),
    }));
    await section.getByLabel('Measurement files').setInputFiles(files);
    await section.getByRole('button', { name: 'Fit a calibration' }).click();
    await section.getByText('ours: fitted to 2 runs').waitFor({ timeout: 60_000 });
    const row = section.getByRole('row', { name: /^TPOT mean/ }).getByRole('cell');
    expect(Number(await row.nth(3).textContent())).toBeLessThan(Number(await row.nth(1).textContent()));
    expect(await violations(page)).toEqual([]);
    await section.getByRole('button', { name: 'Keep it in this browser' }).click();
    await page.reload();
    await page.getByRole('button', shelf('Traces and imports')).click();
    await section.getByRole('button', { name: 'Compare with it' }).click();
    await finished(page);
    expect(await page.getByText(/^Step times/).count()).toBeGreaterThan(0);
    expect(await page.locator('.evidence').textContent()).toContain('ours');
    await page.getByLabel('Step times').selectOption('built-in');
    await expect.poll(() => page.locator('.evidence').textContent()).not.toContain('ours');
    expect(complaints).toEqual([]);
    expect(foreign).toEqual([]);
  });

  it('are fitted on while another screen is open; the list of what runs counts the runs and ends it', async () => {
    const { page, complaints } = await openImports();
    const section = page.getByRole('region', { name: 'Calibrate with measurements' });
    const files = Array.from({ length: 8 }, (_, i) => ({
      name: `rate-${i}.json`,
      mimeType: 'application/json',
      buffer: Buffer.from(benchResult(1 + i, 200)),
    }));
    await section.getByLabel('Measurement files').setInputFiles(files);
    await section.getByRole('button', { name: 'Fit a calibration' }).click();
    await page.getByRole('link', { name: 'Plan' }).click();
    await page.getByRole('button', { name: /^Jobs [12]$/ }).click();
    const row = page
      .getByRole('dialog', { name: 'What runs' })
      .getByRole('listitem')
      .filter({ hasText: 'Fit of' });
    await expect
      .poll(() => row.textContent(), { timeout: 20_000 })
      .toMatch(/^Fit of the calibration ours[1-9]\d* runs after \d+ s/);
    // Nobody knows how many runs there will be: a bar without an end.
    expect(await row.getByRole('progressbar').getAttribute('value')).toBeNull();
    expect(await violations(page)).toEqual([]);
    await row.getByRole('button', { name: 'Cancel: Fit of the calibration ours' }).click();
    await expect.poll(() => row.count()).toBe(0);
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Library' }).click();
    await page.getByRole('button', shelf('Traces and imports')).click();
    await section.getByText('Stopped.', { exact: true }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('that are none say which file and why', async () => {
    const { page } = await openImports();
    const section = page.getByRole('region', { name: 'Calibrate with measurements' });
    const buffer = Buffer.from('{"nothing": 1}');
    await section
      .getByLabel('Measurement files')
      .setInputFiles({ name: 'odd.json', mimeType: 'application/json', buffer });
    await section.getByRole('button', { name: 'Fit a calibration' }).click();
    expect(await section.getByRole('alert').textContent()).toContain(
      'odd.json: found none of the known fields',
    );
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

describe('the catalogue', () => {
  it('is in rows of one line on a small screen', async () => {
    const { page } = await dashboard.open('#/library/catalogue', { viewport: { width: 390, height: 844 } });
    const rows = page.getByRole('region', { name: 'Table of GPUs' }).locator('tbody tr');
    await rows.first().waitFor();
    const heights = await rows.evaluateAll((all) => all.map((row) => row.getBoundingClientRect().height));
    expect(heights.length).toBeGreaterThan(10);
    expect(Math.max(...heights)).toBeLessThan(40);
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
