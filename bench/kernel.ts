/** The event heap. */
import { EventHeap } from '../sim/kernel/event-heap.ts';
import { bestMs, type Print } from './print.ts';

/** Push and pop on a heap that holds `pending` events. */
function heapNs(pending: number): number {
  const heap = new EventHeap();
  let time = 0;
  const next = (): number => {
    time += 1;
    return time + ((time * 7919) % 1009);
  };
  for (let i = 0; i < pending; i++) heap.push(next(), 0, 0, 0, 0);
  const operations = 1_000_000;
  const ms = bestMs(3, () => {
    for (let i = 0; i < operations; i++) {
      heap.pop();
      heap.push(heap.poppedTimeUs + next() - time, 0, 0, 0, 0);
    }
  });
  return (ms * 1e6) / operations;
}

export function kernelBenches(print: Print): void {
  for (const pending of [64, 1000, 100_000]) {
    print({ name: 'event-heap push+pop', value: heapNs(pending), unit: 'ns', pending });
  }
}
