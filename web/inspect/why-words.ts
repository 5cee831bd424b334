/** What the attribution of a report shows, in plain sentences: what slow requests wait for beyond what all of them need. */
import type { CohortReport } from '../../sim/metrics/attribution.ts';
import type { Phase } from '../../sim/metrics/phases.ts';
import type { PoolReport, Report } from '../../sim/metrics/report.ts';
import { figureText, percentText } from '../format.ts';

/** What a phase is when there is too much of it, and what shortens it. */
const CAUSES: Readonly<Record<Phase, readonly [words: string, remedy: string]>> = {
  retry: ['attempts that were lost', 'fewer failures, or a shorter back-off'],
  flowControl: [
    'waiting in the router, which holds requests back',
    'more capacity, or a looser flow control',
  ],
  frontEnd: ['the host: tokenising and HTTP', 'more front-end processes or a faster host'],
  queue: ['waiting in the engine’s queue until a batch has room', 'more prefill capacity, or a lower rate'],
  prefill: ['computing prompts', 'shorter prompts, more cache hits, more GPUs per replica, or faster GPUs'],
  transfer: ['moving KV from prefill to decode', 'a faster link, or fewer hand-overs'],
  decodeWait: ['waiting for a place on a decode instance', 'more decode instances, or more KV memory'],
  preemption: [
    'being preempted for want of KV memory',
    'more KV memory: lower precision, more GPUs, fewer sequences',
  ],
  decode: ['decoding', 'more decode capacity'],
};

/** What a phase is, and what shortens it. */
export function phaseWords(phase: Phase): string {
  const [words, remedy] = CAUSES[phase];
  return `${words}. What shortens it: ${remedy}.`;
}

export function whyWords(report: Report): string[] {
  const all = report.attribution.ttftMs.find(({ band }) => band === 'all');
  const slow = report.attribution.ttftMs.find(({ band }) => band === 'p90-p99') ?? all;
  if (all === undefined || slow === undefined) return ['No request completed: there is nothing to explain.'];
  const [main, second] = causes(slow);
  if (main === undefined) return ['Nothing in particular: requests are served as soon as they arrive.'];
  const [words, remedy] = CAUSES[main.phase];
  const sentences = [
    `The slow tenth spends ${percentText(main.share)} of its ${figureText(slow.meanMs, 'ms')} on ${words} (${figureText(main.ms, 'ms')}; ${figureText(all.parts[main.phase], 'ms')} over all requests).`,
  ];
  if (second !== undefined && second.share >= 0.1)
    sentences.push(`Next comes ${CAUSES[second.phase][0]}, ${percentText(second.share)}.`);
  const busiest = busiestPool(report.pools);
  if (busiest !== undefined)
    sentences.push(
      `The busiest pool is ${busiest.name}, at work ${percentText(1 - busiest.busy.idle)} of the time; its KV was up to ${percentText(busiest.kv.max)} full.`,
    );
  sentences.push(`What shortens it: ${remedy}.`);
  return sentences;
}

function causes({ parts, meanMs }: CohortReport): { phase: Phase; ms: number; share: number }[] {
  return (Object.entries(parts) as [Phase, number][])
    .map(([phase, ms]) => ({ phase, ms, share: ms / Math.max(meanMs, Number.MIN_VALUE) }))
    .filter(({ ms }) => ms > 0)
    .sort((a, b) => b.ms - a.ms);
}

function busiestPool(pools: readonly PoolReport[]): PoolReport | undefined {
  return [...pools].sort((a, b) => a.busy.idle - b.busy.idle)[0];
}
