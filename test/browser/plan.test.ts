/** The plan in a real browser: an answer before anything was computed here, the search itself, and what it leaves. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parsePlan } from '../../sim/planner/parse.ts';
import { parseScenario } from '../../sim/scenario/parse.ts';
import { DEFAULT_PLAN } from '../../web/state/defaults.ts';
import { decodeScenario, encodeScenario } from '../../web/state/fragment.ts';
import { search } from '../planner/host.ts';
import { violations } from './axe.ts';
import { type Dashboard, openDashboard, savedText } from './browser.ts';
import { cancelMs } from './measure.ts';

/** One GPU type, one shape: a search of a moment. */
const SMALL = {
  ...DEFAULT_PLAN,
  search: {
    ...DEFAULT_PLAN.search,
    gpus: ['h200-sxm'],
    parallel: { tp: [2] },
    engines: [{ name: 'vllm' as const, weights: ['fp8'], kv: ['fp8'] }],
  },
  budget: { maxGpus: 6 },
  maxSeeds: 3,
  run: { requests: 150 },
  answers: 2,
};

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard();
});
afterAll(() => dashboard.close());

const openPlan = async (plan: unknown, options = {}) =>
  await dashboard.open(`#/plan?s=${await encodeScenario({ plan }, 'plan')}`, options);

async function searched(page: Page): Promise<void> {
  await page.getByText('Searched here in').waitFor({ timeout: 40_000 });
}

describe('the first screen', () => {
  it('has an answer before the search has ended here', async () => {
    const { page, complaints, foreign } = await dashboard.open('');
    await page.getByText('computed when this page was built').waitFor();
    expect(await page.locator('h1').textContent()).toMatch(/meets the SLO for \$[\d.]+\/h on \d+ GPUs/);
    expect(complaints).toEqual([]);
    expect(foreign).toEqual([]);
  });

  it('says, once it has searched, that the same came out', async () => {
    const { page } = await dashboard.open('');
    await page.getByText('computed when this page was built').waitFor();
    const answer = await page.locator('h1').textContent();
    await searched(page);
    expect(await page.locator('h1').textContent()).toBe(answer);
    expect(await page.locator('.evidence').textContent()).toContain(
      'The same figures came out when this page was built.',
    );
  });
});

describe('the cost-latency chart', () => {
  const chartOf = (page: Page) => page.getByRole('img', { name: /^Cost against .* Space picks one/ });

  it('picks fleets by keys and takes them, and no others, to the comparison', async () => {
    const { page, complaints } = await openPlan(SMALL);
    await searched(page);
    await chartOf(page).focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Compare it with the others' }).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('.picked li').count()).toBe(0);
    await page.keyboard.press('Home');
    await page.keyboard.press('Space');
    await page.keyboard.press('End');
    await page.keyboard.press('Space');
    await page.getByText('Picked 2 of 5 at most').waitFor();
    const picked = await page.locator('.picked .shape').allTextContents();
    expect(new Set(await page.locator('.picked li').allTextContents()).size).toBe(2);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.verdicts li').count(), { timeout: 30_000 }).toBe(2);
    const names = await page.locator('.verdicts .fleet-name').allTextContents();
    for (const [i, name] of names.entries()) expect(name).toContain(picked[i]!.split(' on ')[0]);
    expect(complaints).toEqual([]);
  });

  it('picks what a lasso encloses: round it, across it, added with Shift; the table says the same', async () => {
    const { page, complaints } = await openPlan(SMALL);
    await searched(page);
    const chart = chartOf(page);
    await chart.scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await chart.boundingBox())!;
    const marks = await chart
      .locator('circle')
      .evaluateAll((circles) =>
        circles.map((one) => ({ x: Number(one.getAttribute('cx')), y: Number(one.getAttribute('cy')) })),
      );
    const drag = async (path: readonly (readonly [number, number])[]): Promise<void> => {
      await page.mouse.move(x + path[0]![0], y + path[0]![1]);
      await page.mouse.down();
      for (const [px, py] of path.slice(1)) await page.mouse.move(x + px, y + py, { steps: 4 });
      await page.mouse.up();
    };
    const picked = page.locator('.picked li');

    const one = marks[0]!;
    const alike = marks.filter((mark) => Math.hypot(mark.x - one.x, mark.y - one.y) < 12).length;
    const around = Array.from({ length: 9 }, (_, i): [number, number] => {
      const angle = (i / 8) * 2 * Math.PI;
      return [one.x + 13 * Math.cos(angle), one.y + 13 * Math.sin(angle)];
    });
    await drag(around);
    await expect.poll(() => picked.count()).toBe(alike);
    // The click that ends a drag picks nothing of its own, one that is no drag does.
    await page.mouse.click(x + one.x, y + one.y);
    await expect.poll(() => picked.count()).toBe(alike - 1);

    await page.keyboard.down('Shift');
    await drag(around);
    await page.keyboard.up('Shift');
    await expect.poll(() => picked.count()).toBe(alike);

    await drag([
      [60, 4],
      [width - 4, height - 44],
    ]);
    await expect.poll(() => picked.count()).toBe(Math.min(5, marks.length));
    expect(await page.locator('.picked').textContent()).toMatch(
      marks.length > 5 ? `Of ${marks.length} fleets the 5 best` : `Picked ${marks.length} of 5`,
    );
    await page.getByText('As a table or a file').first().click();
    const cells = page.getByRole('region', { name: /^Table: Cost against/ }).locator('tbody td:last-child');
    await expect
      .poll(async () => (await cells.allTextContents()).filter((text) => text === 'yes').length)
      .toBe(Math.min(5, marks.length));
    await page.getByRole('button', { name: 'Pick none' }).click();
    await expect.poll(() => picked.count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});

describe('a search', () => {
  it('comes to the answer that the planner comes to in Node', async () => {
    const { page, complaints } = await openPlan(SMALL);
    await searched(page);
    const answer = await search(parsePlan(SMALL));
    const rows = page.getByRole('region', { name: 'Ranked fleets' }).locator('tbody tr');
    await expect.poll(() => rows.count()).toBe(answer.candidates.length);
    const best = answer.candidates[0]!;
    expect(await page.locator('h1').textContent()).toContain(best.fleet.split(' · ')[0]);
    expect(await rows.first().textContent()).toContain(best.fleet.split(' · ')[0]);
    await expect.poll(() => page.getByText(`${answer.rejected.length} fleets that are out`).count()).toBe(1);
    expect(complaints).toEqual([]);
  });

  it('follows the sentence, and undo brings the former answer back', async () => {
    const { page } = await openPlan(SMALL);
    await searched(page);
    const answer = page.locator('h1');
    const before = await answer.textContent();
    await page.getByLabel('Rate, requests per second').fill('2');
    await expect.poll(() => answer.textContent(), { timeout: 20_000 }).not.toBe(before);
    await searched(page);
    const undo = page.getByRole('button', { name: 'Undo' });
    await undo.click();
    await expect.poll(() => answer.textContent(), { timeout: 20_000 }).toBe(before);
    expect(await page.getByLabel('Rate, requests per second').inputValue()).toBe('6');
    expect(await undo.isDisabled()).toBe(true);
  });

  it('that is edited at once after its link was opened is undone to the link, not beyond', async () => {
    const { page } = await openPlan(SMALL);
    const linked = async (): Promise<unknown> =>
      (await decodeScenario(new URL(page.url()).hash.replace(/^.*s=/, ''))).state.plan;
    await page.getByLabel('Rate, requests per second').fill('2');
    await expect.poll(linked).not.toEqual(SMALL);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(linked).toEqual(SMALL);
    expect(await page.getByRole('button', { name: 'Undo' }).isDisabled()).toBe(true);
  });

  it('can be cancelled within 100 ms', async () => {
    const { page } = await openPlan({ ...DEFAULT_PLAN, maxSeeds: 3, run: { requests: 5000 } });
    const cancel = page.getByRole('button', { name: 'Cancel' });
    await page.getByText(/^Searching, [1-9]/).waitFor({ timeout: 30_000 });
    const tookMs = await cancelMs(page);
    expect(await cancel.count()).toBe(0);
    // The bound is for a machine of its own; one that is shared by many may take longer to come back.
    expect(tookMs).toBeLessThan(250);
  });

  it('that is large waits for its button', async () => {
    const search = { ...DEFAULT_PLAN.search, parallel: { tp: [1, 2, 4, 8] }, replicas: { max: 24 } };
    const { page } = await openPlan({ ...DEFAULT_PLAN, search, budget: { maxGpus: 64 } });
    await page.getByText(/fleets to look at, which takes a while/).waitFor();
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByRole('button', { name: 'Cancel' }).waitFor();
  });

  it('without an answer says the least that would change it, and takes it on a click', async () => {
    const { page } = await openPlan({
      ...SMALL,
      slo: { ttftMs: { p95: 1500 }, itlMs: { p95: 12 }, attainment: 0.9 },
    });
    await searched(page);
    expect(await page.locator('h1').textContent()).toMatch(/^No fleet of this plan is shown to meet the SLO/);
    const line = page.getByRole('listitem').filter({ hasText: 'ITL p95' });
    expect(await line.textContent()).toMatch(/12\.0.ms → [\d.]+.ms lets/);
    expect(await violations(page)).toEqual([]);
    await line.getByRole('button', { name: 'Take this' }).click();
    await expect.poll(() => page.locator('h1').textContent(), { timeout: 30_000 }).toContain('meets the SLO');
  });
});

describe('an answer', () => {
  it('is put beside the others as a comparison', async () => {
    const { page } = await openPlan(SMALL);
    await searched(page);
    await page.getByRole('button', { name: 'Compare', exact: true }).first().click();
    await page.getByText('every fleet saw the same requests').waitFor({ timeout: 30_000 });
    await expect.poll(() => page.locator('.verdicts li').count()).toBeGreaterThan(1);
    expect(new URL(page.url()).hash).toMatch(/^#\/compare\?s=/);
  });

  it('is saved as a scenario that can be run', async () => {
    const { page } = await openPlan(SMALL);
    await searched(page);
    await page.getByRole('button', { name: 'Save…' }).first().click();
    await page.locator('.preview').getByText('fleet:').waitFor();
    const text = await savedText(page, () =>
      page.getByRole('button', { name: 'Save scenario.yaml' }).click(),
    );
    expect(parse(text)).toMatchObject({ workload: SMALL.workload, name: SMALL.name });
    expect(parseScenario(parse(text)).fleet.pools[0]!.gpu).toBe('h200-sxm');
  });

  it('is saved as the files that deploy it, with what they cannot say', async () => {
    const { page } = await openPlan(SMALL);
    await searched(page);
    await page.getByRole('button', { name: 'Save…' }).first().click();
    await page.getByRole('combobox', { name: /^As/ }).selectOption('llm-d');
    await expect.poll(() => page.locator('.preview').textContent()).toMatch(/Made by Drydock/);
    await expect.poll(() => page.getByText(/things that these files cannot say/).count()).toBe(1);
    expect(await violations(page)).toEqual([]);
  });

  it('of several fleets that are out is found by its name', async () => {
    const { page } = await openPlan(SMALL);
    await searched(page);
    await page.getByLabel('Why not').fill('1×TP2');
    const rows = page.getByRole('region', { name: 'Rejected fleets' }).locator('tbody tr');
    expect(await rows.first().textContent()).toContain('1×TP2');
  });
});

describe.each(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
  it('axe-core finds no violation', async () => {
    const { page } = await openPlan(SMALL, { colorScheme });
    await searched(page);
    await page.getByText('As a table').click();
    expect(await violations(page)).toEqual([]);
  });

  it('the page does not scroll sideways at 320 px', async () => {
    const { page } = await openPlan(SMALL, { colorScheme, viewport: { width: 320, height: 844 } });
    await searched(page);
    await page.getByText('As a table').click();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  });
});
