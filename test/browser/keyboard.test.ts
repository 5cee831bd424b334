/**
 * Two tasks done with a keyboard alone: the first minute of a stranger on the plan, and the usability script of the design ("find the
 * cheapest fleet for 12 requests/s, explain why another one fails, share it"). No click and no focus() here: what Tab does not
 * reach, or reaches only after a hundred others, is not there for a reader without a mouse.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_PLAN } from '../../web/state/defaults.ts';
import { encodeScenario } from '../../web/state/fragment.ts';
import { type Dashboard, openDashboard } from './browser.ts';

/** One GPU type and two shapes, so that a search takes a moment. */
const SMALL = {
  ...DEFAULT_PLAN,
  search: {
    ...DEFAULT_PLAN.search,
    gpus: ['h200-sxm'],
    parallel: { tp: [2] },
    engines: [{ name: 'vllm' as const, weights: ['fp8'], kv: ['fp8'] }],
  },
  budget: { maxGpus: 12 },
  maxSeeds: 3,
  run: { requests: 150 },
  answers: 2,
};
/** Stops of Tab that a reader can be asked to pass. */
const MOST_TABS = 60;

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard();
});
afterAll(() => dashboard.close());

/** Presses Tab until what has the focus is called that; the number of presses. */
async function tabTo(page: Page, name: RegExp, key = 'Tab'): Promise<number> {
  for (let presses = 1; presses <= MOST_TABS; presses += 1) {
    await page.keyboard.press(key);
    const own = (await page.evaluate(`(() => {
      const one = document.activeElement;
      return one?.getAttribute('aria-label') ?? one?.labels?.[0]?.textContent ?? one?.textContent ?? '';
    })()`)) as string;
    if (name.test(own.trim())) return presses;
  }
  throw new Error(`${MOST_TABS} times ${key} do not reach ${name}`);
}

async function openSmall(): Promise<{ page: Page; complaints: readonly string[] }> {
  return await dashboard.open(`#/plan?s=${await encodeScenario({ plan: SMALL }, 'plan')}`, {
    permissions: ['clipboard-read', 'clipboard-write'],
  });
}

const heading = (page: Page): Promise<string | null> => page.locator('h1').textContent();

/** Replaces what stands in the field that has the focus. */
async function retype(page: Page, text: string): Promise<void> {
  await page.keyboard.press('Control+A');
  await page.keyboard.type(text);
}

describe('the first minute, by keys alone', () => {
  it('goes from an answer to another question, to why, to the files', async () => {
    const { page, complaints } = await openSmall();
    await page.getByText('Searched here in').waitFor({ timeout: 40_000 });
    const first = await heading(page);
    expect(first).toMatch(/meets the SLO for \$/);

    // Another question: the rate in the sentence, by typing.
    await tabTo(page, /^Rate, requests per second$/);
    await retype(page, '12');
    await expect.poll(() => heading(page), { timeout: 40_000 }).not.toBe(first);
    await page.getByText('Searched here in').waitFor({ timeout: 40_000 });

    // Why, of the fleet that was found.
    await tabTo(page, /^Why\?$/);
    await page.keyboard.press('Enter');
    await expect.poll(() => heading(page), { timeout: 30_000 }).toMatch(/have their first token within/);
    expect(await page.getByText(/^The slow tenth spends/).count()).toBe(1);

    // Back to the plan, and the files that deploy it.
    await page.keyboard.press('g');
    await page.keyboard.press('p');
    await page.getByRole('region', { name: 'Ranked fleets' }).waitFor();
    await page.keyboard.press('x');
    await page.getByRole('dialog').waitFor();
    await tabTo(page, /^As/);
    await page.keyboard.type('llm-d');
    await expect.poll(() => page.locator('.preview').textContent()).toMatch(/Made by Drydock/);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      tabTo(page, /^Save .*\.(yaml|zip)|^Save all/).then(() => page.keyboard.press('Enter')),
    ]);
    expect(download.suggestedFilename()).toMatch(/\.(yaml|zip)$/);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('a preset is a question too', async () => {
    const { page } = await openSmall();
    await page.getByText('Searched here in').waitFor({ timeout: 40_000 });
    await tabTo(page, /^Code completion$/);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByLabel('Traffic').inputValue()).toMatch(/^Code completion$/i);
  });
});

describe('the usability script, by keys alone', () => {
  it('finds the cheapest fleet for 12 requests/s, explains why another fails, and shares it', async () => {
    const { page, complaints } = await openSmall();
    await page.getByText('Searched here in').waitFor({ timeout: 40_000 });
    const before = await heading(page);
    await tabTo(page, /^Rate, requests per second$/);
    await retype(page, '12');
    await expect.poll(() => heading(page), { timeout: 40_000 }).not.toBe(before);
    await page.getByText('Searched here in').waitFor({ timeout: 40_000 });
    expect(await heading(page)).toMatch(/ on h200-sxm meets the SLO for \$[\d.]+\/h on \d+ GPUs/);

    // Beside the others; one of them fails.
    await tabTo(page, /^Compare$/);
    await page.keyboard.press('Enter');
    await page.getByText('every fleet saw the same requests').waitFor({ timeout: 30_000 });
    const verdicts = page.getByRole('list', { name: 'Verdicts' }).getByRole('listitem');
    const texts = await verdicts.allInnerTexts();
    const failing = texts.findIndex((text) => text.includes('fails'));
    expect(failing).toBeGreaterThan(0);
    const letter = String.fromCharCode(65 + failing);
    const name = (await verdicts.nth(failing).locator('.fleet-name').textContent())!;
    expect(await heading(page)).toMatch(new RegExp(`${letter} fails`));

    // Why: the explanation of that fleet.
    await page.keyboard.press('g');
    await page.keyboard.press('i');
    await page.getByText('recorded here').waitFor({ timeout: 30_000 });
    await page.keyboard.press(String(failing + 1));
    await expect.poll(() => new URL(page.url()).hash, { timeout: 20_000 }).toContain(`&f=${letter}`);
    await expect
      .poll(async () => (await heading(page))!.startsWith(`${name}: `), { timeout: 30_000 })
      .toBe(true);
    const why = page.getByText(/^The slow tenth spends \d+.% of its .* on /);
    await why.waitFor({ timeout: 30_000 });
    expect(await page.getByText(/^What shortens it: /).count()).toBe(1);
    const explained = await why.textContent();

    // Shared: whoever opens the link reads the same.
    await page.keyboard.press('s');
    await page.getByText('Copied a link to this page.').waitFor();
    const link = (await page.evaluate('navigator.clipboard.readText()')) as string;
    const other = await dashboard.open(new URL(link).hash);
    await other.page.getByText(explained!).waitFor({ timeout: 40_000 });
    expect(await heading(other.page)).toBe(await heading(page));
    expect(complaints).toEqual([]);
    expect(other.complaints).toEqual([]);
  });
});

describe('keys for one fleet', () => {
  it('bring it forward, make it the baseline, and find a setting', async () => {
    const { page } = await dashboard.open();
    await page.getByText('every fleet saw the same requests').waitFor({ timeout: 30_000 });
    await page.keyboard.press('3');
    await expect.poll(() => page.locator('.linked').getAttribute('data-lit')).toBe('C');
    await page.keyboard.press('b');
    await page.getByRole('columnheader', { name: 'A 2P+6D' }).first().waitFor();
    await page.keyboard.press('/');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('burst');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => page.evaluate('document.activeElement.labels?.[0]?.textContent'))
      .toMatch(/^Burstiness/);
  });
});
