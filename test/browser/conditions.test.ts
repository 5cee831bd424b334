/** The page where things are not as usual: no network, print, forced colours, large type, old links, a worker that dies. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeScenario } from '../../web/state/fragment.ts';
import { DEFAULT_SETUP, documentOf } from '../../web/state/setup.ts';
import { type Dashboard, finished, openDashboard } from './browser.ts';

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard();
});
afterAll(() => dashboard.close());

/** Written by the page when its links were of version 1 (test/web/links.test.ts). */
const VERSION_1 =
  '1.rVG7bsMwDPyXm5XCThGg1T906VpkUGwmFkKLjkgnLQL9eyEHfU1FgY53PJJH3hW9dPNIyeCvSGEkeAj3cFCiHr51uEg-soS-Ko4x9fDQt2QDWezgPpq6IRgcQs7xHFireMrSkSo8JomqkuCQg9HzpPDrpjjENM3L5j6q1SGS1EKqg86BZ4LfNFUns_0mbJumFIc9E5nCv3xdkwgOkwj_oANztSNcwU5sqIgmjl3Q5ezDNMNjaJtmpa8jHEbpieHBHMawur9rVw87OFA6xETf3ndmHlHKtrhPyi7ydw_r__CwdVCWWjHb29Mtl8fN7bHFIc-pUplOM6ktuSx8Tb-i8g4';

/** Words whose colour is within 4.5 to 1 of the page's: system colours are all that there is where colours are forced. */
function faintTexts(): string[] {
  const lightness = (color: string): number => {
    const [r, g, b] = (color.match(/[\d.]+/g) ?? ['0', '0', '0']).map((part) => {
      const value = Number(part) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  const paper = lightness(getComputedStyle(document.body).backgroundColor);
  const faint: string[] = [];
  for (const one of document.querySelectorAll(
    'main h1, main h2, main p, main th, main td, main label, main svg text',
  )) {
    if (!one.checkVisibility() || one.textContent === '') continue;
    const { color, fill } = getComputedStyle(one);
    const ink = lightness(one instanceof SVGElement ? fill : color);
    const contrast = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    if (contrast < 4.5) faint.push(`${one.textContent} ${contrast.toFixed(1)}`);
  }
  return faint;
}

describe('the page', () => {
  it('opens without a network after the first visit, and computes the same', async () => {
    const { page } = await dashboard.open('#/compare', { serviceWorkers: 'allow' });
    await finished(page);
    const prints = await page.locator('.fingerprint code').allInnerTexts();
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await page.reload();
    await finished(page);
    await page.context().setOffline(true);
    await page.reload();
    await finished(page);
    expect(await page.locator('.fingerprint code').allInnerTexts()).toEqual(prints);
    await page.getByRole('link', { name: 'Lab' }).click();
    await page.getByText('runs simulated here').waitFor({ timeout: 40_000 });
  });

  it('may not connect to anything, by its own policy', async () => {
    const { page, foreign } = await dashboard.open('#/compare');
    await finished(page);
    const refused = await page.evaluate(async () => {
      const tries = ['https://example.org/', location.href];
      const outcomes = await Promise.all(
        tries.map((url) =>
          fetch(url)
            .then(() => 'reached')
            .catch(() => 'refused'),
        ),
      );
      return outcomes.join();
    });
    expect(refused).toBe('refused,refused');
    expect(foreign).toEqual([]);
  });

  it('is printed light and whole', async () => {
    const { page } = await dashboard.open('#/compare', { colorScheme: 'dark' });
    await finished(page);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.locator('.rail').isVisible()).toBe(false);
    expect(await page.locator('h1').evaluate((one) => getComputedStyle(one).color)).toBe('rgb(27, 31, 36)');
    expect((await page.pdf({ format: 'A4', printBackground: true })).length).toBeGreaterThan(20_000);
  });

  it.each(['#/plan', '#/compare', '#/inspect', '#/lab', '#/library'])(
    'has legible text in forced colours, no motion where none is wanted, and reflows at twice the size: %s',
    async (hash) => {
      const { page, complaints } = await dashboard.open(hash, {
        forcedColors: 'active',
        reducedMotion: 'reduce',
        viewport: { width: 680, height: 410 },
      });
      await page.locator('h1').waitFor();
      await page.waitForTimeout(500);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(680);
      expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
      expect(await page.evaluate(faintTexts)).toEqual([]);
      expect(complaints).toEqual([]);
    },
  );

  it.each(['light', 'dark'] as const)(
    'has no quiet text in %s for whoever asks for more contrast',
    async (colorScheme) => {
      const { page } = await dashboard.open('#/compare', { colorScheme, contrast: 'more' });
      await finished(page);
      const [ink, quiet] = await page.evaluate(() =>
        ['h1', '.quiet-text'].map((one) => getComputedStyle(document.querySelector(one)!).color),
      );
      expect(quiet).toBe(ink);
    },
  );

  it('fits on paper: nothing that is printed is wider than the page', async () => {
    for (const hash of ['#/plan', '#/compare', '#/inspect']) {
      const { page } = await dashboard.open(hash, { viewport: { width: 718, height: 1000 } });
      await page.locator('.results').waitFor({ timeout: 30_000 });
      await page.emulateMedia({ media: 'print' });
      await page.waitForTimeout(300);
      const widest = await page.evaluate(() =>
        Math.max(
          ...[...document.querySelectorAll('main svg, main canvas, main table')]
            .filter((one) => one.checkVisibility())
            .map((one) => one.getBoundingClientRect().right),
        ),
      );
      expect(widest, hash).toBeLessThanOrEqual(718 + 1);
      expect((await page.pdf({ format: 'A4' })).toString('latin1')).toMatch(/\/Type\s*\/Page\b/);
    }
  });

  it('opens a link of the first version, says so, and shows what it said', async () => {
    const { page, complaints } = await dashboard.open(`#/compare?s=${VERSION_1}`);
    await page.getByText('made by an older version of Drydock').waitFor();
    await finished(page);
    expect(await page.locator('.terminal').textContent()).toContain('--seeds 2');
    expect(await page.locator('.run-text').first().textContent()).toMatch(
      /^(4|6|8)00 requests .*; seeds \d+, \d+;/,
    );
    expect(new URL(page.url()).hash).toMatch(/^#\/compare\?s=2\./);
    expect(complaints).toEqual([]);
  });

  it('says nothing on the console and asks nobody else, on every screen and theme', async () => {
    const { page, complaints, foreign } = await dashboard.open('#/plan');
    for (const name of ['Compare', 'Inspect', 'Lab', 'Library', 'Plan']) {
      await page.getByRole('link', { name, exact: true }).click();
      await page.locator('h1').waitFor();
      await page.getByRole('button', { name: /^(Dark|Light) theme$/ }).click();
    }
    expect(complaints).toEqual([]);
    expect(foreign).toEqual([]);
  });
});

describe('a simulator that dies in the middle of a run', () => {
  /** Keeps the page's workers where a test can end them. */
  function keepWorkers(): void {
    const workers: Worker[] = [];
    Object.assign(window, { workers });
    window.Worker = class extends Worker {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        workers.push(this);
      }
    };
  }

  it('is told about, and another makes the run when asked', async () => {
    const compared = documentOf({ ...DEFAULT_SETUP, requests: 2000 });
    const { page } = await dashboard.open(
      `#/compare?s=${await encodeScenario({ document: compared, seeds: 3 })}`,
      { script: keepWorkers },
    );
    await page.getByText(/^Simulating, [1-9]/).waitFor({ timeout: 30_000 });
    await page.evaluate(() => {
      for (const worker of (window as unknown as { workers: Worker[] }).workers) worker.terminate();
    });
    await page.getByText('the simulator was not heard of any more').waitFor({ timeout: 30_000 });
    await page.getByRole('button', { name: 'Run again' }).click();
    await finished(page);
  });
});

describe('many inputs in a row', () => {
  it('leave one answer, that of the last, and never show another as it', async () => {
    const compared = documentOf({ ...DEFAULT_SETUP, requests: 400 });
    const { page } = await dashboard.open(
      `#/compare?s=${await encodeScenario({ document: compared, seeds: 2 })}`,
    );
    await finished(page);
    await page.evaluate(() => {
      const settled: string[] = [];
      Object.assign(window, { settled });
      new MutationObserver(() => {
        const text = document.querySelector('.run-text')?.textContent ?? '';
        if (/^[\d,]+ requests/.test(text))
          settled.push(document.querySelector('.fingerprint code')!.textContent!);
      }).observe(document.querySelector('main')!, { subtree: true, childList: true, characterData: true });
    });
    const slider = page.getByLabel('Arrival rate, slider');
    await slider.focus();
    for (let i = 0; i < 20; i += 1) await page.keyboard.press('ArrowRight');
    await page.locator('.results.stale').waitFor();
    await finished(page);
    const last = await page.locator('.fingerprint code').first().textContent();
    const settled = await page.evaluate(() => (window as unknown as { settled: string[] }).settled);
    expect(new Set(settled)).toEqual(new Set([last]));
    const fresh = await dashboard.open(new URL(page.url()).hash);
    await finished(fresh.page);
    expect(await fresh.page.getByLabel('Arrival rate, slider').inputValue()).toBe('80');
    expect(await fresh.page.locator('.fingerprint code').first().textContent()).toBe(last);
  });
});
