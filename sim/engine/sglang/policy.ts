/** Order of SGLang's waiting queue (engines.md 2.4). */
import type { Sequence } from '../sequence.ts';
import type { SchedulePolicy } from './config.ts';

/** Beyond this many waiting requests, prefix order falls back to order of arrival. */
const LPM_FALLBACK_QUEUE = 128;

/** Sorts in place; `cached` tells how many pages of a sequence's prompt are cached. Ties keep their order. */
export function sortWaiting<Leaf>(
  waiting: Sequence<Leaf>[],
  policy: SchedulePolicy,
  cached: (sequence: Sequence<Leaf>) => number,
): void {
  if (policy === 'lof') {
    waiting.sort((a, b) => b.request.maxTokens - a.request.maxTokens);
  } else if (policy === 'shortest-prefill-first') {
    waiting.sort((a, b) => a.goal - b.goal);
  } else if (policy === 'lpm' && waiting.length <= LPM_FALLBACK_QUEUE) {
    const pages = new Map(waiting.map((s) => [s, cached(s)]));
    waiting.sort((a, b) => pages.get(b)! - pages.get(a)!);
  }
}
