/** The comparison page in a real browser: what it shows first, what edits do, and that it computes what Node computes. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { simulate } from '../../sim/cluster/simulate.ts';
import { comparisonCells } from '../../sim/run/plan-cells.ts';
import { parseComparison } from '../../sim/scenario/parse.ts';
import { encodeScenario } from '../../web/state/fragment.ts';
import { DEFAULT_SETUP, documentOf } from '../../web/state/setup.ts';
import { violations } from './axe.ts';
import { type Dashboard, finished, openDashboard } from './browser.ts';

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard();
});
afterAll(() => dashboard.close());

describe('the first screen', () => {
  it('is a finished comparison of three fleets: finding, verdicts, table, both charts', async () => {
    const { page, complaints, foreign } = await dashboard.open();
    await finished(page);
    expect(await page.locator('h1').textContent()).toMatch(/SLO/);
    await expect
      .poll(() => page.getByRole('list', { name: 'Verdicts' }).getByRole('listitem').count())
      .toBe(3);
    for (const row of ['GPUs', 'Cost', 'TTFT p95', 'ITL p99', 'Within SLO', 'Goodput', 'Cache hits'])
      expect(await page.getByRole('rowheader', { name: row, exact: true }).first().isVisible()).toBe(true);
    expect(
      await page
        .getByRole('img', { name: /^Time to first token/ })
        .locator('path')
        .count(),
    ).toBe(3);
    expect(
      await page
        .getByRole('img', { name: /^Cost against/ })
        .locator('circle')
        .count(),
    ).toBe(3);
    expect(complaints).toEqual([]);
    expect(foreign).toEqual([]);
  });

  it('has its answer before anything was simulated here, whole until it is, and told to be the same then', async () => {
    const { page } = await dashboard.open('#/compare');
    // A worker that never comes: what is shown is the build's.
    await page.route('**/worker-*.js', () => undefined);
    await page.reload();
    await page.getByText('computed when this page was built').waitFor();
    const answer = await page.locator('h1').textContent();
    expect(answer).toMatch(/meets|fails/);
    expect(await page.locator('.verdicts li').count()).toBe(3);
    const { page: whole } = await dashboard.open('#/compare');
    const answers = await whole.evaluate(async () => {
      const seen = new Set<string>();
      while (!document.body.textContent!.includes('every fleet saw the same requests')) {
        const text = document.querySelector('h1')?.textContent ?? '';
        if (text !== '') seen.add(text);
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
      return [...seen];
    });
    expect(answers).toEqual([answer]);
    expect(await whole.locator('.evidence').textContent()).toContain(
      'The same figures came out when this page was built.',
    );
  });

  it('shows for one seed the fingerprints that simulate() leaves in Node', async () => {
    const document = documentOf(DEFAULT_SETUP);
    const { page } = await dashboard.open();
    await finished(page);
    await page.getByLabel('Seeds, runs per fleet').fill('1');
    await page.getByText('; seed 1; every fleet').waitFor();
    const shown = await page.locator('.fingerprint code').allInnerTexts();
    const cells = comparisonCells(parseComparison(document));
    const own = cells.map(
      (cell) => simulate(cell.scenario, { seed: DEFAULT_SETUP.seed, fastForward: true }).fingerprint,
    );
    expect(shown).toEqual(own);
  });
});

describe('terms', () => {
  it('say by keyboard what they mean, how they are computed and what engines call them, and go away', async () => {
    const { page, complaints } = await dashboard.open('#/compare', { viewport: { width: 390, height: 844 } });
    await finished(page);
    const term = page.getByRole('button', { name: 'TTFT', exact: true }).first();
    await term.focus();
    await page.keyboard.press('Enter');
    const words = page.locator('.term-words:popover-open');
    await expect
      .poll(() => words.textContent())
      .toMatch(/^TTFT Time to first token.*arrival.*vllm:time_to_first_token/);
    const box = (await words.boundingBox())!;
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(390);
    expect(Math.abs(box.y - (await term.boundingBox())!.y)).toBeLessThan(200);
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await expect.poll(() => words.count()).toBe(0);
    expect(await term.evaluate((one) => one === document.activeElement)).toBe(true);
    expect(complaints).toEqual([]);
  });
});

describe('a row of the table', () => {
  it('is chosen by key or click for the large chart and the waits over the run, and the link brings it back', async () => {
    const { page, complaints } = await dashboard.open();
    await finished(page);
    const large = page.locator('.charts .large h2');
    expect(await large.allTextContents()).toEqual(['Time to first token']);
    await page.getByRole('radio', { name: 'TTFT p99 in the large chart' }).focus();
    await page.keyboard.press('ArrowDown');
    expect(await page.getByRole('radio', { name: 'ITL p50 in the large chart' }).isChecked()).toBe(true);
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => large.allTextContents()).toEqual(['Inter-token latency']);
    expect(await page.locator('.charts .large .reading').first().textContent()).toMatch(
      /p99, .*: A .*, B .*, C /,
    );
    const waits = page.getByRole('region', { name: 'Waits over the run' });
    expect(await waits.locator('svg').textContent()).toContain('time per output token');
    await expect.poll(() => page.url()).toContain('&m=itlMs.p99');
    await page.reload();
    await finished(page);
    expect(await large.allTextContents()).toEqual(['Inter-token latency']);
    await page
      .getByRole('row', { name: /^Cost per 1M output/ })
      .getByRole('cell')
      .first()
      .click();
    await expect.poll(() => large.allTextContents()).toEqual(['Cost per 1M output tokens by fleet']);
    expect(await page.locator('.charts .large circle').count()).toBe(3);
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

describe('the order of the fleets', () => {
  const namesOf = (page: Page): Promise<string[]> => page.locator('.verdicts .fleet-name').allTextContents();

  it('is changed by keys, which stay with the fleet, and by undo', async () => {
    const { page } = await dashboard.open();
    await finished(page);
    const [a, b, c] = await namesOf(page);
    const later = page.getByRole('button', { name: `Later in the order: ${a}` });
    await later.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => namesOf(page), { timeout: 10_000 }).toEqual([b, a, c]);
    expect(await later.evaluate((one) => one === document.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    await expect.poll(() => namesOf(page), { timeout: 10_000 }).toEqual([b, c, a]);
    expect(await page.evaluate('document.activeElement.textContent')).toBe(`Earlier in the order: ${a}`);
    expect(await page.locator('.figures thead').textContent()).toMatch(/C − A, paired/);
    await page.keyboard.press('Control+z');
    await expect.poll(() => namesOf(page), { timeout: 10_000 }).toEqual([b, a, c]);
  });

  it('is changed by dragging one fleet onto another', async () => {
    const { page } = await dashboard.open();
    await finished(page);
    const [a, b, c] = await namesOf(page);
    await page.locator('.handle').nth(2).dragTo(page.locator('.verdicts li').nth(0));
    await expect.poll(() => namesOf(page), { timeout: 10_000 }).toEqual([c, a, b]);
  });
});

describe('the verdicts', () => {
  it('call the one cheapest fleet that meets the SLO best, and no other', async () => {
    const [first] = DEFAULT_SETUP.fleets;
    const fleets = [2, 4].map((replicas) => ({
      ...first!,
      name: `${replicas} replicas`,
      shape: { kind: 'aggregated' as const, replicas },
    }));
    const document = documentOf({ ...DEFAULT_SETUP, rateRps: 4, requests: 200, itlP99Ms: 100, fleets });
    const { page } = await dashboard.open(`#/compare?s=${await encodeScenario({ document }, 'comparison')}`);
    await finished(page);
    expect(await page.locator('.verdict').allTextContents()).toEqual([
      '✓ meets the SLO, best',
      '✓ meets the SLO',
    ]);
  });
});

describe('where the time to the first token goes', () => {
  it('is explained part by part by keys, and followed into the requests of that fleet', async () => {
    const { page, complaints } = await dashboard.open();
    await finished(page);
    const chart = page.getByRole('region', { name: 'Where the time to the first token goes' });
    await chart.getByRole('img').focus();
    await page.keyboard.press('End');
    expect(await chart.locator('.reading').textContent()).toMatch(/^C, p90–p99, .*: /);
    await page.keyboard.press('Enter');
    const words = page.locator('.phase-explained');
    expect(await words.textContent()).toMatch(/: .*\. What shortens it: /);
    await expect.poll(() => page.url()).toMatch(/&ph=\w+/);
    expect(await violations(page)).toEqual([]);
    await words.getByRole('button', { name: 'All phases' }).click();
    expect(await words.count()).toBe(0);
    await chart.locator('[data-part="prefill"][data-bar="B all"]').click();
    await words.getByText('computing prompts').waitFor();
    await words.getByRole('button', { name: 'Show it in the requests of B' }).click();
    await page.getByText('recorded here').waitFor({ timeout: 30_000 });
    expect(await page.getByLabel('Bring forward').inputValue()).toBe('prefill');
    expect(new URL(page.url()).hash).toMatch(/^#\/inspect.*&f=B&ph=prefill/);
    expect(complaints).toEqual([]);
  });
});

describe('the words of the comparison', () => {
  it('name settings as the form does and never by colour alone what meets the SLO', async () => {
    const { page } = await dashboard.open();
    await finished(page);
    const differs = page.getByRole('region', { name: 'Settings', exact: true });
    expect(await differs.getByRole('rowheader').allTextContents()).toContain('Replicas, pool prefill');
    expect(await differs.textContent()).not.toContain('pools.');
    const verdicts = await page.locator('.verdict').allTextContents();
    for (const verdict of verdicts) expect(verdict).toMatch(/^(✓ meets|✕ fails|cannot tell)/);
  });
});

describe('linked charts', () => {
  it('bring the fleet that is pointed at, or chosen by key, forward in all of them', async () => {
    const { page } = await dashboard.open();
    await finished(page);
    const opacityOf = (chart: RegExp, fleet: string): Promise<string> =>
      page
        .getByRole('img', { name: chart })
        .locator(`[data-fleet="${fleet}"]`)
        .first()
        .evaluate((one) => getComputedStyle(one).opacity);
    await page.getByRole('button', { name: /^B/ }).first().focus();
    await page.keyboard.press('Enter');
    for (const chart of [
      /^Time to first token/,
      /^Waits over the run/,
      /^Cost against/,
      /^What the GPUs do/,
    ]) {
      expect(await opacityOf(chart, 'A')).toBe('0.2');
      expect(await opacityOf(chart, 'B')).toBe('1');
    }
    await page
      .getByRole('img', { name: /^Cost against/ })
      .locator('[data-fleet="C"] circle')
      .hover();
    expect(await opacityOf(/^Waits over the run/, 'B')).toBe('0.2');
    expect(await opacityOf(/^Waits over the run/, 'C')).toBe('1');
  });

  it('read the waits of a window, and their table has every window', async () => {
    const { page } = await dashboard.open();
    await finished(page);
    const chart = page.getByRole('region', { name: 'Waits over the run' });
    await chart.getByRole('img').focus();
    await page.keyboard.press('Home');
    expect(await chart.locator('.reading').textContent()).toMatch(/^0 to .*, p50 and p95: A .*, B .*, C /);
    await chart.getByText('As a table').click();
    await expect.poll(() => chart.getByRole('row').count()).toBeGreaterThan(5);
    await chart.getByLabel('Of').selectOption('time per output token');
    expect(await chart.locator('svg').textContent()).toContain('time per output token');
  });

  it('of distributions show nines and bands when they are asked for, both at once', async () => {
    const { page } = await dashboard.open();
    await finished(page);
    const chart = page.getByRole('img', { name: /^Inter-token latency/ });
    await page.getByLabel('Share axis').selectOption('nines');
    await page.getByLabel('95 % band').check();
    await expect.poll(() => chart.getByText('99.9').count()).toBe(1);
    expect(await page.locator('svg path.band').count()).toBe(6);
    expect(new URL(page.url()).hash).toMatch(/&y=nines&band=1/);
  });

  it('show on request how much load each fleet can take, with its knee', async () => {
    const { page, complaints } = await dashboard.open();
    await finished(page);
    const section = page.getByRole('region', { name: 'How much load they can take' });
    await section.getByRole('button', { name: 'Run' }).click();
    await section.getByText('runs simulated here').waitFor({ timeout: 60_000 });
    const table = section.getByRole('region', { name: 'Knee and peak of each fleet' });
    await expect.poll(() => table.getByRole('row').count()).toBe(4);
    expect(await table.getByRole('cell').first().textContent()).toMatch(/none|\d.*\/s/);
    expect(
      await section
        .getByRole('img', { name: /^Goodput by offered load/ })
        .locator('path')
        .count(),
    ).toBeGreaterThan(8);
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

describe('an edit', () => {
  it('is run at once, and its result replaces the old one', async () => {
    const { page } = await dashboard.open();
    await finished(page);
    const before = await page.locator('.fingerprint code').allInnerTexts();
    await page.getByLabel(/^Arrival rate, requests/).fill('90');
    await expect.poll(() => page.locator('.fingerprint code').allInnerTexts()).not.toEqual(before);
    await finished(page);
    expect(
      await page
        .getByRole('columnheader', { name: /aggregated/ })
        .first()
        .isVisible(),
    ).toBe(true);
  });

  it('of the split renames the fleet and keeps its number of GPUs', async () => {
    const { page } = await dashboard.open();
    await finished(page);
    const field = page.getByLabel('Of these, prefill', { exact: true }).first();
    await field.fill('6');
    await page.getByRole('columnheader', { name: '6P+2D' }).first().waitFor();
    await finished(page);
    const gpus = page.getByRole('row', { name: /^GPUs/ });
    expect(await gpus.getByRole('cell').allInnerTexts()).toEqual(['8', '8', 'same', '8', 'same']);
  });

  it('may add a fleet, which gets a name of its own, and take it away again', async () => {
    const { page } = await dashboard.open();
    await finished(page);
    await page.getByRole('button', { name: 'Add a fleet' }).click();
    await page.getByRole('columnheader', { name: 'D 2P+6D 2' }).first().waitFor();
    await finished(page);
    await page.getByRole('button', { name: 'Remove D' }).click();
    await expect.poll(() => page.locator('.verdicts li').count()).toBe(3);
    await finished(page);
  });

  it('may make another fleet the baseline of all differences', async () => {
    const { page } = await dashboard.open();
    await finished(page);
    await page.getByRole('button', { name: 'Make C the baseline' }).click();
    await page.getByRole('columnheader', { name: 'A 2P+6D' }).first().waitFor();
    await finished(page);
    await expect.poll(() => page.getByRole('columnheader', { name: 'C − A, paired' }).count()).toBe(1);
  });

  it('that no fleet can run names the field and what is allowed', async () => {
    const { page } = await dashboard.open();
    await finished(page);
    await page.getByLabel('Served model').selectOption('llama-3.1-405b');
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).toMatch(/fleets\[0\].*found.*expected/s);
    expect(await page.locator('h1').textContent()).toContain('cannot be run');
  });

  it('outside of the permitted range is refused beside the field and not run', async () => {
    const { page } = await dashboard.open();
    await finished(page);
    const rate = page.getByLabel(/^Arrival rate, requests/);
    await rate.fill('-3');
    expect(await rate.getAttribute('aria-invalid')).toBe('true');
    expect(await page.getByText('0.1 to 10000').isVisible()).toBe(true);
    expect(await page.getByText('every fleet saw the same requests').isVisible()).toBe(true);
  });

  it('can be undone, and the old result is back at once', async () => {
    const { page } = await dashboard.open();
    await finished(page);
    const before = await page.locator('.fingerprint code').allInnerTexts();
    await page.getByLabel(/^Arrival rate, requests/).fill('30');
    await expect.poll(() => page.locator('.fingerprint code').allInnerTexts()).not.toEqual(before);
    await finished(page);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => page.locator('.fingerprint code').allInnerTexts()).toEqual(before);
    expect(await page.getByLabel(/^Arrival rate, requests/).inputValue()).toBe('60');
  });
});

describe('a slider', () => {
  it('moved step by step by keys is one edit: one undo, one step of the history', async () => {
    const { page } = await dashboard.open();
    await finished(page);
    const steps = await page.evaluate(() => history.length);
    await page.getByLabel('Arrival rate, slider').focus();
    for (let i = 0; i < 15; i += 1) await page.keyboard.press('ArrowRight');
    const rate = page.getByLabel('Arrival rate, requests/s');
    expect(await rate.inputValue()).toBe('75');
    await page.getByRole('button', { name: 'Cancel' }).waitFor();
    await finished(page);
    expect(await page.evaluate(() => history.length)).toBe(steps + 1);
    await page.getByRole('button', { name: 'Undo' }).click();
    expect(await rate.inputValue()).toBe('60');
    expect(await page.getByRole('button', { name: 'Undo' }).isDisabled()).toBe(true);
  });
});

describe('a long run', () => {
  it('shows its progress and ends when it is cancelled, without passing old figures off as new', async () => {
    const { page } = await dashboard.open();
    await finished(page);
    await page.getByLabel('Requests per run').fill('20000');
    const cancel = page.getByRole('button', { name: 'Cancel' });
    await cancel.waitFor();
    await page.getByText(/Simulating, .*run \d+ of 9/).waitFor();
    await cancel.click();
    await page
      .getByText(/^Cancelled/)
      .first()
      .waitFor();
    await expect.poll(() => page.locator('.results.stale').count()).toBe(1);
    expect(await page.locator('h1').textContent()).toContain('Cancelled');
    expect(await cancel.count()).toBe(0);
    await page.getByRole('button', { name: 'Run again' }).click();
    await cancel.waitFor();
  });

  it('whose simulator cannot be loaded is explained, and can be tried again', async () => {
    const { page } = await dashboard.open();
    await finished(page);
    await page.route('**/worker-*.js', (route) => route.abort());
    await page.reload();
    await page.getByText('the simulator could not be loaded').waitFor();
    await page.unroute('**/worker-*.js');
    await page.getByRole('button', { name: 'Run again' }).click();
    await finished(page);
  });
});
