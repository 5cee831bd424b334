/**
 * Global-strict fairness: no fairness between flows; the best head of all flows by the ordering policy goes
 * next.
 */
import { compareItems } from '../flow-queue.ts';
import type { FairnessPolicy } from '../policy.ts';

/** Serves a band as if it were one queue. */
export const GLOBAL_STRICT_FAIRNESS: FairnessPolicy = {
  openPicker: () => ({
    pick(flows) {
      let best = flows[0]!;
      for (const flow of flows) if (compareItems(flow.head()!, best.head()!) < 0) best = flow;
      return best;
    },
  }),
};
