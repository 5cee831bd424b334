/** What SGLang's scheduler reckons over its running requests (engines.md 2.5, 2.6). */
import type { Sequence, SequenceList } from '../sequence.ts';
import { CLIP_NEW_TOKENS } from './new-token-ratio.ts';

/** Output tokens of a decoding sequence at decode step `step`. */
export function generatedBy<Leaf>(sequence: Sequence<Leaf>, step: number): number {
  return sequence.target - (sequence.finishStep - step);
}

/** Output that a request with `generated` tokens may still produce, as far as reservation counts it. */
export function allowance<Leaf>(sequence: Sequence<Leaf>, generated: number): number {
  return Math.min(sequence.request.maxTokens - generated, CLIP_NEW_TOKENS);
}

/** Sum of the allowances of all running requests. */
export function futureTokens<Leaf>(running: SequenceList<Leaf>, step: number): number {
  let sum = 0;
  for (let s = running.head; s !== null; s = s.after) sum += allowance(s, generatedBy(s, step));
  return sum;
}

/** Running sequences, the next victim last: most output first, then shortest prompt; ties by admission. */
export function victimOrder<Leaf>(running: SequenceList<Leaf>, step: number): Sequence<Leaf>[] {
  const order: Sequence<Leaf>[] = [];
  for (let s = running.head; s !== null; s = s.after) order.push(s);
  return order.sort(
    (a, b) =>
      generatedBy(b, step) - generatedBy(a, step) ||
      a.request.promptTokens - b.request.promptTokens ||
      a.admission - b.admission,
  );
}

/** Running sequences, least important first (`sign` -1: higher numbers are less important), newest first among equals. */
export function victimsByPriority<Leaf>(running: SequenceList<Leaf>, sign: 1 | -1): Sequence<Leaf>[] {
  const order: Sequence<Leaf>[] = [];
  for (let s = running.head; s !== null; s = s.after) order.push(s);
  return order.sort(
    (a, b) =>
      sign * (a.request.request.priority - b.request.request.priority) ||
      b.arrivedUs - a.arrivedUs ||
      b.request.request.id - a.request.request.id,
  );
}
