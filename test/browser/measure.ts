/**
 * How times are taken and held against budgets. A machine that is slow or shared is not taken for a slow page: budgets grow
 * with the time that a fixed piece of work takes beside them.
 */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Wall time of the yardstick on the two-core machine that the budgets are for, ms. */
const YARDSTICK_MS = 170;
/** A time is a failure beyond this many times its budget, a warning beyond the budget. */
const HARD = 2;
export const REPEATS = 5;

/** How much slower this machine is now than the one that the budgets are for, by the best of three tries; at least 1. */
async function slowness(page: Page): Promise<number> {
  const tookMs = await page.evaluate(() => {
    const once = (): number => {
      const startMs = performance.now();
      let x = 1;
      for (let i = 0; i < 3e7; i += 1) x = (x * 1103515245 + 12345) & 0x7fffffff;
      return x < 0 ? 0 : performance.now() - startMs;
    };
    return Math.min(once(), once(), once());
  });
  return Math.max(1, tookMs / YARDSTICK_MS);
}

/** Holds the median of some times against a budget, and says both for docs/dashboard.md. */
export async function hold(
  page: Page,
  what: string,
  times: readonly number[],
  budgetMs: number,
): Promise<void> {
  const median = [...times].sort((a, b) => a - b)[times.length >> 1]!;
  const slow = await slowness(page);
  const all = times.length === 1 ? '' : ` (median of ${times.map((time) => time.toFixed(0)).join(', ')})`;
  const word = median > budgetMs * slow ? 'OVER ' : '';
  process.stderr.write(
    `${word}${what}: ${median.toFixed(1)} ms${all}, budget ${(budgetMs * slow).toFixed(0)} ms (${budgetMs.toFixed(0)} on a machine ${slow.toFixed(1)} times as fast)\n`,
  );
  expect(median, what).toBeLessThan(HARD * budgetMs * slow);
}

export async function repeated(times: number, measure: () => Promise<number>): Promise<number[]> {
  const measured: number[] = [];
  for (let i = 0; i < times; i += 1) measured.push(await measure());
  return measured;
}

/** Longest task of the main thread while an action goes on, ms; 0 where none was above 50 ms. */
export async function longestTask(page: Page, action: () => Promise<void>): Promise<number> {
  await page.evaluate(() => {
    const seen: number[] = [];
    Object.assign(window, { seen });
    new PerformanceObserver((list) =>
      seen.push(...list.getEntries().map(({ duration }) => duration)),
    ).observe({ type: 'longtask' });
  });
  await action();
  return await page.evaluate(() => Math.max(0, ...(window as unknown as { seen: number[] }).seen));
}

/** What follows an input, ms after its key: 0 until it does. */
export interface Course {
  echo: number;
  snapshot: number;
  settled: number;
}

/** A page's own measurements, made before anything else runs in it. */
declare global {
  interface Window {
    course?: Course;
    measured: {
      inputs: number[];
      frames: { ms: number; marks: number }[];
      receivedMs: number;
      redraws: number;
    };
  }
}

/** Durations of inputs, of frames that draw on a canvas, and of taking over what a worker sends. */
export function measureAll(): void {
  const measured: Window['measured'] = { inputs: [], frames: [], receivedMs: 0, redraws: 0 };
  window.measured = measured;
  new PerformanceObserver((list) => {
    for (const { name, duration } of list.getEntries())
      if (/^key|^input|^pointer/.test(name)) measured.inputs.push(duration);
  }).observe({ type: 'event', durationThreshold: 16, buffered: true } as PerformanceObserverInit);
  let marks = 0;
  let clears = 0;
  const { fillRect, clearRect } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.fillRect = function (...box) {
    marks += 1;
    fillRect.apply(this, box);
  };
  CanvasRenderingContext2D.prototype.clearRect = function (...box) {
    clears += 1;
    clearRect.apply(this, box);
  };
  const request = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (callback) =>
    request((atMs) => {
      const [startMs, marksBefore, clearsBefore] = [performance.now(), marks, clears];
      callback(atMs);
      if (marks > marksBefore)
        measured.frames.push({ ms: performance.now() - startMs, marks: marks - marksBefore });
      if (clears > clearsBefore) measured.redraws += 1;
    });
  // What was sent is made into objects when it is first looked at.
  const data = Object.getOwnPropertyDescriptor(MessageEvent.prototype, 'data')!;
  Object.defineProperty(MessageEvent.prototype, 'data', {
    ...data,
    get(this: MessageEvent) {
      const startMs = performance.now();
      const value: unknown = data.get!.call(this);
      measured.receivedMs = Math.max(measured.receivedMs, performance.now() - startMs);
      return value;
    },
  });
}

/** Follows the next key on a slider, until the page has the answer. */
export function followInput(slider: Element): void {
  const field = slider.closest('.field')!.querySelector<HTMLInputElement>('input[type=number]')!;
  const before = field.value;
  const course: Course = { echo: 0, snapshot: 0, settled: 0 };
  window.course = course;
  const follow = (startMs: number): void => {
    const text = document.querySelector('.run-text')?.textContent ?? '';
    const nowMs = performance.now() - startMs;
    const isDone = /^[\d,]+ requests/.test(text);
    if (field.value !== before) course.echo ||= nowMs;
    if (course.echo > 0 && (isDone || /^Simulating, [1-9]/.test(text))) course.snapshot ||= nowMs;
    if (course.echo > 0 && isDone) course.settled = nowMs;
    else setTimeout(() => follow(startMs), 2);
  };
  slider.addEventListener('keydown', () => follow(performance.now()), { once: true });
}

/** Time from a press of Cancel until the page says so, taken in the page: the driver's own way there and back is not in it. */
export async function cancelMs(page: Page): Promise<number> {
  return await page.evaluate(async () => {
    const button = [...document.querySelectorAll('button')].find((one) => one.textContent === 'Cancel')!;
    const startMs = performance.now();
    button.click();
    while (!document.querySelector('.run-text')!.textContent!.startsWith('Cancelled'))
      await new Promise((resolve) => setTimeout(resolve, 1));
    return performance.now() - startMs;
  });
}
