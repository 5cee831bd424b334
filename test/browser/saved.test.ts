/** What the page saves: charts as pictures that look the same anywhere, and a fleet's files as an archive. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dashboard, finished, openDashboard } from './browser.ts';

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard();
});
afterAll(() => dashboard.close());

async function saved(page: Page, act: () => Promise<void>): Promise<Buffer> {
  const [download] = await Promise.all([page.waitForEvent('download'), act()]);
  return await readFile(await download.path());
}

describe('a chart', () => {
  it('is well-formed SVG with its typeface, its marks and the finding inside, and a PNG of twice its size', async () => {
    const { page, complaints } = await dashboard.open();
    await finished(page);
    const chart = page.getByRole('img', { name: /^Time to first token/ });
    const section = page.locator('section:not(.scroll)', { has: chart }).last();
    await section.locator('summary').click();
    const svg = (
      await saved(page, () => section.getByRole('button', { name: 'Save SVG' }).click())
    ).toString();
    // Where no policy of ours keeps a picture from its own style.
    const elsewhere = await dashboard.blank();
    const drawn = await elsewhere.evaluate(async (text) => {
      const picture = new DOMParser().parseFromString(text, 'image/svg+xml');
      const data = /src: url\("data:font\/woff2;base64,([^"]+)"\)/.exec(text)?.[1];
      const face = new FontFace(
        'of the picture',
        Uint8Array.from(atob(data ?? ''), (c) => c.charCodeAt(0)),
      );
      return {
        root: picture.documentElement.tagName,
        paths: picture.querySelectorAll('path').length,
        width: Number(picture.documentElement.getAttribute('width')),
        typeface: await face.load().then(({ status }) => status),
      };
    }, svg);
    expect(drawn).toMatchObject({ root: 'svg', typeface: 'loaded' });
    expect(drawn.paths).toBeGreaterThanOrEqual(3);
    const finding = (await page.locator('h1').textContent())!;
    expect(svg).toContain(finding.slice(0, 30));
    const png = await saved(page, () => section.getByRole('button', { name: 'Save PNG' }).click());
    expect(png.toString('latin1', 1, 4)).toBe('PNG');
    expect(Math.abs(png.readUInt32BE(16) - 2 * drawn.width)).toBeLessThanOrEqual(2);
    expect(complaints).toEqual([]);
  });
});

describe('the name of a file', () => {
  it('ends in the hash of its document: the same for whoever opens the link, another after an edit', async () => {
    const nameFrom = async (page: Page): Promise<string> => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Save YAML' }).click(),
      ]);
      return download.suggestedFilename();
    };
    const { page } = await dashboard.open();
    const rate = page.getByLabel('Arrival rate, requests/s');
    await rate.fill('33');
    const name = await nameFrom(page);
    expect(name).toMatch(/_comparison_\d{8}_[0-9a-f]{7}\.yaml$/);
    await page.getByRole('button', { name: 'Share' }).click();
    const hash = await page.getByRole('dialog').locator('code').last().textContent();
    expect(name).toContain(`_${hash}.yaml`);
    await page.getByRole('button', { name: 'Close' }).click();
    const other = await dashboard.open(new URL(page.url()).hash);
    expect(await nameFrom(other.page)).toBe(name);
    await rate.fill('34');
    expect(await nameFrom(page)).not.toBe(name);
    await rate.fill('33');
    expect(await nameFrom(page)).toBe(name);
  });
});

describe('the files of a fleet', () => {
  it('are one archive, with each of them in it', async () => {
    const { page, complaints } = await dashboard.open();
    await finished(page);
    await page.keyboard.press('x');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox').first().selectOption('llm-d');
    await dialog.locator('.preview').waitFor();
    const names = await dialog.locator('.filters select option').allTextContents();
    const zip = await saved(page, () => dialog.getByRole('button', { name: /^Save all/ }).click());
    expect(names.length).toBeGreaterThan(1);
    for (const name of names) expect(zip.includes(name.trim())).toBe(true);
    expect(zip.readUInt32LE(zip.length - 22)).toBe(0x06054b50);
    expect(zip.readUInt16LE(zip.length - 12)).toBe(names.length);
    expect(complaints).toEqual([]);
  });
});
