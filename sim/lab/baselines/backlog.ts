/** What policies in the box have in common: work that endpoints have been given and not begun to answer, and the least of costs. */
import type { Rng } from '../../../src/core/rng.ts';
import type { RequestHooks } from '../../../src/routing/plugin.ts';

interface Charge {
  readonly row: number;
  readonly cost: number;
}

/** Costs of requests per endpoint from dispatch to first token. */
export class Backlog {
  readonly #cost: number[] = [];
  readonly #open = new Map<number, Charge>();
  readonly hooks: RequestHooks;

  /** `costOn(id, row)`: of the request that has just been sent there. */
  constructor(costOn: (id: number, row: number) => number) {
    this.hooks = {
      onDispatched: ({ id }, { rows: [row = -1] }) => {
        const cost = costOn(id, row);
        this.#open.set(id, { row, cost });
        this.#cost[row] = this.of(row) + cost;
      },
      onFirstToken: ({ id }) => this.#end(id),
      onFinished: ({ id }) => this.#end(id),
      endpointRemoved: (row) => {
        this.#cost[row] = 0;
        for (const [id, charge] of this.#open) if (charge.row === row) this.#open.delete(id);
      },
    };
  }

  of(row: number): number {
    return this.#cost[row] ?? 0;
  }

  #end(id: number): void {
    const charge = this.#open.get(id);
    if (charge === undefined) return;
    this.#open.delete(id);
    this.#cost[charge.row] = Math.max(0, this.of(charge.row) - charge.cost);
  }
}

/** Index of the least cost; among equal ones the first from a random place on. One draw. */
export function leastOf(count: number, costOf: (index: number) => number, rng: Rng): number {
  const start = Math.floor(rng.unit() * count);
  let best = start;
  let least = costOf(start);
  for (let step = 1; step < count; step++) {
    const i = (start + step) % count;
    const cost = costOf(i);
    if (cost >= least) continue;
    best = i;
    least = cost;
  }
  return best;
}
