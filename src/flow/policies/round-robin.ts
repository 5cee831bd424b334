/** Round-robin fairness: flows with waiting requests take turns in the order of their ids. */
import type { FairnessPolicy } from '../policy.ts';

/** The flow after the one served last, cyclically; a flow that comes or goes does not move the cursor. */
export const ROUND_ROBIN_FAIRNESS: FairnessPolicy = {
  openPicker() {
    let lastId: string | null = null;
    return {
      pick(flows) {
        const last = lastId;
        const next = last === null ? flows[0]! : (flows.find((flow) => flow.id > last) ?? flows[0]!);
        lastId = next.id;
        return next;
      },
    };
  },
};
