/** The inspection in a real browser: every view of a recorded run, keys, the trace that it leaves. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PHASES } from '../../sim/metrics/phases.ts';
import { encodeScenario } from '../../web/state/fragment.ts';
import { DEFAULT_SETUP, documentOf } from '../../web/state/setup.ts';
import { violations } from './axe.ts';
import { type Dashboard, openDashboard, savedText } from './browser.ts';

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard();
});
afterAll(() => dashboard.close());

const REQUESTS = 300;

const ONE = { name: 'all', role: 'both', replicas: 1, gpu: 'h100-sxm', model: 'llama-3.1-8b' };
/** One instance, and prompts that begin with more prefixes than its memory holds. */
const CROWDED = {
  workload: {
    kind: 'synthetic',
    arrivals: { process: 'poisson', rateRps: 20 },
    prefixes: { groups: 400, tokens: 4096 },
    input: { dist: 'constant', value: 64 },
    output: { dist: 'constant', value: 32 },
  },
  fleets: ['0.19', '0.27'].map((version) => ({
    name: version,
    pools: [{ ...ONE, engine: { name: 'vllm', version } }],
  })),
  run: { requests: 400 },
};

const openInspect = (view = '&f=B', options = {}) =>
  openDocument(documentOf({ ...DEFAULT_SETUP, requests: REQUESTS }), view, options);

async function openDocument(
  document: unknown,
  view = '',
  options = {},
): Promise<Awaited<ReturnType<Dashboard['open']>>> {
  const opened = await dashboard.open(`#/inspect?s=${await encodeScenario({ document })}${view}`, options);
  await opened.page.getByText('recorded here').waitFor({ timeout: 30_000 });
  return opened;
}

/** Distinct colours of a canvas, as numbers. */
async function colours(page: Page, region: string): Promise<number> {
  return await page
    .getByRole('region', { name: region, exact: true })
    .locator('canvas')
    .evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size;
    });
}

describe('a recorded run', () => {
  it('is shown request by request and instance by instance, and follows the fleet', async () => {
    const { page, complaints } = await openInspect();
    expect(await page.locator('h1').textContent()).toMatch(/^4P\+4D: 95.% of requests/);
    for (const region of ['Requests', 'What each instance was doing', 'How full the KV memory was'])
      expect(await colours(page, region)).toBeGreaterThan(2);
    expect(await page.getByText(/of its [\d.]+ms on/u).count()).toBe(0);
    await expect.poll(() => page.getByText(/^The slow tenth spends/).count()).toBe(1);
    await page.getByRole('button', { name: /aggregated/ }).click();
    await expect.poll(() => page.locator('h1').textContent(), { timeout: 20_000 }).toMatch(/^aggregated/);
    expect(new URL(page.url()).hash).not.toContain('f=B');
    expect(complaints).toEqual([]);
  });

  it('has a table twin with as many rows as there are instances, and as requests are drawn', async () => {
    const { page } = await openInspect();
    const strips = page.getByRole('region', { name: 'What each instance was doing', exact: true });
    await strips.getByText('As a table').click();
    await expect.poll(() => strips.locator('tbody tr').count()).toBe(8);
    const requests = page.getByRole('region', { name: 'Requests', exact: true });
    await requests.getByText('As a table').click();
    await expect.poll(() => requests.getByText(`Save CSV of all ${REQUESTS} rows`).count()).toBe(1);
  });

  it('is read by keys alone: zoom, step to a request, put it away', async () => {
    const { page } = await openInspect();
    await page.getByRole('application').focus();
    await page.keyboard.press('+');
    await page.getByText(/requests in this window/).waitFor();
    await page.keyboard.press(']');
    const details = page.getByRole('heading', { name: /^Request \d+$/ });
    await details.waitFor();
    const first = await details.textContent();
    await page.keyboard.press(']');
    await expect.poll(() => details.textContent()).not.toBe(first);
    expect(new URL(page.url()).hash).toMatch(/&r=\d+/);
    await page.keyboard.press('Escape');
    await expect.poll(() => details.count()).toBe(0);
  });

  it('is narrowed to a range of its distribution, by keys or by numbers, and a link keeps the range', async () => {
    const { page } = await openInspect();
    const chart = page.getByRole('img', { name: /^TTFT of the requests/ });
    await chart.focus();
    await page.keyboard.press('ArrowRight');
    for (let i = 0; i < 8; i += 1) await page.keyboard.press('Shift+ArrowLeft');
    const chip = page.locator('.cohort');
    const inCohort = async (): Promise<number> =>
      Number(/, (\d+) of 300 requests/.exec((await chip.textContent()) ?? '')?.[1]);
    expect(await chip.textContent()).toMatch(/^Cohort: TTFT .* to .*, \d+ of 300 requests/);
    const count = await inCohort();
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(REQUESTS);
    await page.getByText(`${count} requests of the cohort in this window`).waitFor();
    await page.getByLabel('TTFT of the cohort to, ms').fill('100000');
    await page.getByLabel('TTFT of the cohort from, ms').fill('120');
    await expect.poll(() => chip.textContent()).toContain('TTFT 120\u00a0ms to 100\u00a0s');
    const slow = await inCohort();
    expect(slow).toBeGreaterThan(0);
    const link = new URL(page.url()).hash;
    expect(link).toContain('&c=ttft,120,100000');
    await page.getByText('Slowest first tokens of the cohort').waitFor();
    const { page: other } = await dashboard.open(link);
    await other.getByText('recorded here').waitFor();
    expect(await other.locator('.cohort').textContent()).toContain(`, ${slow} of 300 requests`);
    await chip.getByRole('button', { name: 'Clear' }).click();
    await page.getByText(`${REQUESTS} requests in this window`).waitFor();
    expect(new URL(page.url()).hash).not.toContain('&c=');
  });

  it('brings one phase forward and narrows its requests to an instance, and a link keeps both', async () => {
    const { page, complaints } = await openInspect('&f=B&ph=prefill&i=0');
    const timeline = page.getByRole('region', { name: 'Requests', exact: true });
    expect(await timeline.getByLabel('Bring forward').inputValue()).toBe('prefill');
    expect(await page.locator('.phase-explained').textContent()).toMatch(/^Prefill: computing prompts/);
    const inWindow = async (): Promise<number> =>
      Number(
        /^([\d,]+) requests/.exec((await timeline.locator('.reading').textContent())!)![1]!.replace(',', ''),
      );
    const own = await inWindow();
    expect(own).toBeGreaterThan(0);
    await timeline.getByLabel('Served by').selectOption('any instance');
    expect(await inWindow()).toBeGreaterThan(own);
    await expect.poll(() => page.url()).not.toContain('&i=');
    await page
      .getByRole('region', { name: 'The fleet, moment by moment' })
      .locator('canvas')
      .click({
        position: { x: 100, y: 50 },
      });
    expect(await timeline.getByLabel('Served by').inputValue()).toBe('0');
    expect(await inWindow()).toBe(own);
    expect(complaints).toEqual([]);
  });

  it('is narrowed to a cohort of the explanation by one press', async () => {
    const { page } = await openInspect();
    await page.getByRole('button', { name: 'p90\u2013p99' }).click();
    const text = await page.locator('.cohort').textContent();
    const count = Number(/, (\d+) of 300 requests/.exec(text ?? '')?.[1]);
    // Nine of a hundred, and those that wait as long as its ends.
    expect(count).toBeGreaterThanOrEqual(27);
    expect(count).toBeLessThanOrEqual(30);
  });

  it('is narrowed by dragging over its distribution', async () => {
    const { page } = await openInspect();
    const chart = page.getByRole('img', { name: /^TTFT of the requests/ });
    await chart.scrollIntoViewIfNeeded();
    const box = (await chart.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.3, box.y + 80);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 90, { steps: 4 });
    await page.mouse.up();
    await page.locator('.cohort').waitFor();
    expect(await chart.locator('rect.range').count()).toBe(1);
  });

  it('is saved as a Chrome trace whose slices nest within their requests', async () => {
    const { page } = await openInspect();
    const text = await savedText(page, () => page.getByRole('button', { name: 'Save trace' }).click());
    const { traceEvents } = JSON.parse(text) as {
      traceEvents: { ph: string; name: string; ts: number; id: number }[];
    };
    const begins = traceEvents.filter(({ ph, name }) => ph === 'b' && name.startsWith('request'));
    expect(begins.length).toBe(REQUESTS);
    for (const begin of begins.slice(0, 20)) {
      const own = traceEvents.filter(({ id, ph }) => id === begin.id && (ph === 'b' || ph === 'e'));
      const ends = own.filter(({ ph, name }) => ph === 'e' && name === begin.name);
      expect(ends.length).toBe(1);
      for (const event of own) {
        expect(event.ts).toBeGreaterThanOrEqual(begin.ts - 0.01);
        expect(event.ts).toBeLessThanOrEqual(ends[0]!.ts + 0.01);
        expect(event.name === begin.name || (PHASES as readonly string[]).includes(event.name)).toBe(true);
      }
    }
  });

  it('shows what its prefix caches had to give up, over the KV memory, in its table and in the trace', async () => {
    const { page, complaints } = await openDocument(CROWDED);
    const chart = page.getByRole('region', { name: 'How full the KV memory was', exact: true });
    const ink = (): Promise<number> =>
      chart.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        // --ink of the light theme, #1b1f24.
        return new Uint32Array(data.buffer).filter((pixel) => pixel === 0xff241f1b).length;
      });
    await expect.poll(ink).toBeGreaterThan(0);
    const legend = chart.getByRole('list');
    await legend.getByLabel('evicted reusable blocks').uncheck();
    await expect.poll(ink).toBe(0);

    await chart.getByText('As a table').click();
    const cell = chart.locator('tbody td:last-child');
    await expect.poll(() => cell.count()).toBe(1);
    const blocks = Number((await cell.textContent())!.replaceAll(',', ''));
    expect(blocks).toBeGreaterThan(0);
    const text = await savedText(page, () => page.getByRole('button', { name: 'Save trace' }).click());
    const { traceEvents } = JSON.parse(text) as {
      traceEvents: { ph: string; args: { evictedBlocks: number } }[];
    };
    const counters = traceEvents.filter(({ ph }) => ph === 'C');
    expect(counters.reduce((sum, { args }) => sum + args.evictedBlocks, 0)).toBe(blocks);
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('says that nothing had to give way where nothing had', async () => {
    const { page } = await openInspect();
    const chart = page.getByRole('region', { name: 'How full the KV memory was', exact: true });
    await chart.getByText('No cached block that could have been found again had to give way.').waitFor();
    expect(await chart.getByRole('checkbox').count()).toBe(0);
  });

  it('is handed to Perfetto in a window of its own, only when that is asked for', async () => {
    const { page, foreign } = await openInspect();
    // A page that does what Perfetto's does: says PONG to a PING, and takes what its opener then sends.
    const listener = `<script>onmessage = ({ data, source, origin }) => {
      if (data === 'PING') source.postMessage('PONG', '*');
      else if (data.perfetto) window.taken = { ...data.perfetto, text: new TextDecoder().decode(data.perfetto.buffer) };
    };</script>`;
    await page
      .context()
      .route('https://ui.perfetto.dev/**', (route) =>
        route.fulfill({ contentType: 'text/html', body: listener }),
      );
    expect(foreign).toEqual([]);
    const [other] = await Promise.all([
      page.context().waitForEvent('page'),
      page.getByRole('button', { name: /^Open in Perfetto/ }).click(),
    ]);
    await page.getByText('Handed over.').waitFor();
    const taken = await other.evaluate<{ title: string; text: string }>('window.taken');
    expect(taken.title).toBe('Drydock: 4P+4D');
    expect(JSON.parse(taken.text).traceEvents.length).toBeGreaterThan(REQUESTS);
    expect(foreign).toEqual([]);
  });

  it('says so when Perfetto cannot be reached', async () => {
    const { page } = await openInspect();
    const [other] = await Promise.all([
      page.context().waitForEvent('page'),
      page.getByRole('button', { name: /^Open in Perfetto/ }).click(),
    ]);
    await page.getByText('Waiting for the other page').waitFor();
    await other.close();
    await page.getByText('did not answer. Save the trace').waitFor();
  });

  it('plays its fleet back, and stops when it is told to', async () => {
    const { page } = await openInspect();
    const moment = page.getByLabel('Moment, seconds');
    await page.getByRole('button', { name: 'Play' }).click();
    await expect.poll(async () => Number(await moment.inputValue())).toBeGreaterThan(0.2);
    await page.getByRole('button', { name: 'Pause' }).click();
    const at = await moment.inputValue();
    await page.waitForTimeout(300);
    expect(await moment.inputValue()).toBe(at);
  });

  it('is drawn in the colours of the theme that is chosen', async () => {
    const { page } = await openInspect();
    const pixel = (): Promise<string> =>
      page
        .getByRole('region', { name: 'How full the KV memory was', exact: true })
        .locator('canvas')
        .evaluate((canvas: HTMLCanvasElement) =>
          [...canvas.getContext('2d')!.getImageData(canvas.width / 2, 4, 1, 1).data].join(),
        );
    const light = await pixel();
    await page.getByRole('button', { name: 'Dark theme' }).click();
    await expect.poll(pixel).not.toBe(light);
  });
});

describe.each(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
  it('axe-core finds no violation, and nothing scrolls sideways on a small screen', async () => {
    const { page } = await openInspect('&f=B&r=7', { colorScheme, viewport: { width: 390, height: 844 } });
    for (const summary of await page.getByText('As a table').all()) await summary.click();
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });
});
