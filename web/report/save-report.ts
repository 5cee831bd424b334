/**
 * The open screen as one HTML file that stands by itself: the answer, the tables that the command prints, the charts as they are
 * drawn on the page. No script and no request; texts of users are escaped where the file is made.
 */
import { comparisonBlocks } from '../../sim/export/report/comparison-tables.ts';
import { htmlReport } from '../../sim/export/report/html.ts';
import { labBlocks } from '../../sim/export/report/lab-tables.ts';
import { planBlocks } from '../../sim/export/report/plan-tables.ts';
import { type Block, reportBlocks } from '../../sim/export/report/report-tables.ts';
import { background, drawingOf, SVG, set } from '../charts/drawing.ts';
import type { Screen } from '../screen-names.ts';
import { announce } from '../shell/announce.tsx';
import { fileName, saveFile } from '../shell/save.ts';
import { screenHref, useScreen } from '../state/address.ts';
import { comparisonRun } from '../state/comparison-run.ts';
import { inspectRun } from '../state/inspect-run.ts';
import { labRun } from '../state/lab-run.ts';
import { planRun } from '../state/plan-run.ts';

/** Widest chart that two of have room beside each other, px. */
const HALF = 640;

interface Content {
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** Saves the open screen; says so where there is nothing finished to save. */
export async function saveReport(): Promise<void> {
  const { screen } = useScreen.getState();
  const page = await reportPage(screen);
  if (page === null) announce('There is no finished answer here to make a report of.');
  else saveFile(fileName(page.title, 'report', 'html'), page.text, 'text/html');
}

/** The report of the open screen; null where nothing is finished. */
export async function reportPage(
  screen: Screen,
): Promise<{ readonly title: string; readonly text: string } | null> {
  const content = contentOf(screen);
  if (content === null) return null;
  const { title, blocks } = content;
  const answer = document.querySelector('h1')?.textContent ?? undefined;
  const address = new URL(location.href);
  address.hash = await screenHref(screen);
  const text = htmlReport(title, answer, blocks, {
    plot: `<h2>Charts</h2>\n<div class="figures">${charts().join('\n')}</div>`,
    address: address.href,
  });
  return { title, text };
}

/** Figures of the open screen as data; null where nothing is finished. */
export function reportOf(screen: Screen): unknown {
  switch (screen) {
    case 'compare':
      return comparisonRun.current()?.report ?? null;
    case 'plan':
      return planRun.current();
    case 'inspect':
      return inspectRun.current()?.report ?? null;
    case 'lab':
      return labRun.current();
    case 'library':
      return null;
  }
}

function contentOf(screen: Screen): Content | null {
  switch (screen) {
    case 'compare': {
      const report = comparisonRun.current()?.report;
      if (report === undefined) return null;
      // The answer stands first already.
      const blocks = comparisonBlocks(report).filter((block) => block !== report.sentence);
      return { title: report.comparison, blocks };
    }
    case 'plan': {
      const report = planRun.current();
      return report === null ? null : { title: report.plan, blocks: planBlocks(report) };
    }
    case 'inspect': {
      const result = inspectRun.current();
      return result === null ? null : { title: result.fleet, blocks: reportBlocks(result.report, []) };
    }
    case 'lab': {
      const report = labRun.current();
      return report === null ? null : { title: report.lab, blocks: labBlocks(report) };
    }
    case 'library':
      return null;
  }
}

/** Every chart of the page that has a table twin, under its heading. */
function charts(): string[] {
  const sections = new Set(
    [...document.querySelectorAll('main details.twin')].map((twin) => twin.closest('section:not(.scroll)')),
  );
  return [...sections].flatMap((section) => {
    const drawing = section instanceof HTMLElement ? drawingOf(section) : null;
    if (drawing === null) return [];
    const { parts, width, height } = drawing;
    const picture = document.createElementNS(SVG, 'svg');
    set(picture, { width, height, viewBox: `0 0 ${width} ${height}`, role: 'img' });
    picture.append(background(width, height), ...parts);
    const figure = document.createElement('figure');
    const caption = document.createElement('figcaption');
    caption.textContent = section!.querySelector('h2, h3')?.textContent ?? '';
    picture.setAttribute('aria-label', `${caption.textContent}; the tables have its figures`);
    // Halved, its letters could not be read.
    if (width > HALF) figure.className = 'wide-chart';
    figure.append(caption, picture);
    return [figure.outerHTML];
  });
}
