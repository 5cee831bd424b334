/** The names that forms and completion offer. */
import { GPUS } from '../../models/gpus.ts';
import { LLMS } from '../../models/llms.ts';
import { priceProviders } from '../../models/prices.ts';
import { WORKLOAD_PRESETS } from '../../models/workload-presets.ts';
import { BASELINES } from '../../sim/lab/baselines/all.ts';
import type { Choice, Choices } from './api.ts';

const nameOf = ({ id, name }: Choice): Choice => ({ id, name });

export function choices(): Choices {
  return {
    gpus: GPUS.map(nameOf),
    models: LLMS.map(nameOf),
    workloads: WORKLOAD_PRESETS.map(nameOf),
    policies: BASELINES.map(({ name, summary }) => ({ id: name, name: summary })),
    providers: priceProviders().map((provider) => ({ id: provider, name: provider })),
  };
}
