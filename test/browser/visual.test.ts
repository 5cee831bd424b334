/**
 * What the screens look like, held against pictures that were looked at. `npm run visual:renew` draws them afresh: do that after a
 * wanted change of the page, and look at them before they are committed. `npm run visual:record` records the answers that they
 * are drawn from afresh as well, which a change of what workers answer asks for.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import pixelmatch from 'pixelmatch';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dashboard, openDashboard } from './browser.ts';
import { type Frozen, RECORDER, replayer } from './visual/frozen-worker.ts';
import { keptPicture, type Picture, pictureOf, pngOf } from './visual/pictures.ts';
import { STATES, type VisualState } from './visual/states.ts';

const KEPT = 'test/browser/visual/kept';
const ANSWERS = `${KEPT}/answers`;
const DIFFERENCES = 'test/.artifacts/visual';
/** `pictures`, or `all`: answers too. */
const RENEWED = process.env['DRYDOCK_RENEW'];

/** Share of the pixels that may differ: a line of another colour is more. Another browser draws letters a little differently, so that more is let pass. */
const TOLERANCE = { same: 0.0003, other: 0.01 } as const;

let dashboard: Dashboard;
/** Decodes pictures. */
let drawing: Page;
let browserVersion: string;
beforeAll(async () => {
  dashboard = await openDashboard();
  drawing = await dashboard.blank();
  browserVersion = drawing.context().browser()!.version().split('.')[0]!;
  if (RENEWED === 'all') await renewAnswers();
}, 300_000);
afterAll(async () => {
  if (RENEWED !== undefined) writeFileSync(`${KEPT}/browser.txt`, `${browserVersion}\n`);
  await dashboard.close();
});

/** Records what the workers answer, once for each set of documents. */
async function renewAnswers(): Promise<void> {
  mkdirSync(ANSWERS, { recursive: true });
  const first = new Map(STATES.toReversed().map((state) => [state.answers, state]));
  for (const state of first.values()) {
    const { page } = await dashboard.open(await state.hash(), { script: RECORDER });
    await state.isThere(page);
    // What comes after the answer: names for forms, completions.
    await page.waitForTimeout(1000);
    const frozen = (await page.evaluate('window.frozenAnswers()')) as Frozen;
    writeFileSync(`${ANSWERS}/${state.answers}.json.gz`, gzipSync(frozen, { level: 9 }));
    await page.context().close();
  }
}

async function drawn({ answers, hash, theme, width, isThere }: VisualState): Promise<Picture> {
  const frozen = gunzipSync(readFileSync(`${ANSWERS}/${answers}.json.gz`)).toString('utf8');
  const { page, complaints } = await dashboard.open(await hash(), {
    ...{ viewport: { width, height: 900 }, colorScheme: theme, reducedMotion: 'reduce' },
    script: replayer(frozen),
  });
  await isThere(page);
  await page.evaluate('document.fonts.ready');
  // Charts take the width that they are given, and canvases draw in the frame after that.
  await page.waitForTimeout(600);
  const picture = await pictureOf(page, drawing);
  await page.context().close();
  expect(complaints).toEqual([]);
  return picture;
}

describe('the page looks as it did', () => {
  it.each(STATES)('$name', async (state) => {
    const picture = await drawn(state);
    const path = `${KEPT}/${state.name}.png`;
    if (RENEWED !== undefined) {
      writeFileSync(path, await pngOf(drawing, picture));
      return;
    }
    expect(existsSync(path), `${path} is not there: npm run visual:renew draws it`).toBe(true);
    const kept = await keptPicture(drawing, readFileSync(path));
    const share = await difference(state.name, kept, picture);
    const keptBy = readFileSync(`${KEPT}/browser.txt`, 'utf8').trim();
    const most = keptBy === browserVersion ? TOLERANCE.same : TOLERANCE.other;
    const hint = `${(share * 100).toFixed(2)} % of the picture differs; see ${DIFFERENCES}. Wanted? npm run visual:renew`;
    expect(share, hint).toBeLessThanOrEqual(most);
  });
});

/** Share of the pixels that differ, with the three pictures left to be looked at where some do. */
async function difference(name: string, kept: Picture, picture: Picture): Promise<number> {
  const { width, height } = kept;
  const isSameSize = width === picture.width && height === picture.height;
  const out = new Uint8ClampedArray(width * height * 4);
  const count = isSameSize ? pixelmatch(kept.pixels, picture.pixels, out, width, height) : width * height;
  if (count > 0) {
    mkdirSync(DIFFERENCES, { recursive: true });
    writeFileSync(`${DIFFERENCES}/${name}-now.png`, await pngOf(drawing, picture));
    writeFileSync(`${DIFFERENCES}/${name}-kept.png`, await pngOf(drawing, kept));
    if (isSameSize)
      writeFileSync(
        `${DIFFERENCES}/${name}-difference.png`,
        await pngOf(drawing, { width, height, pixels: out }),
      );
  }
  return count / (width * height);
}
