/** Built-in workloads by name, from the catalogue of the models folder. */
import { ConfigError } from '../../src/core/check.ts';
import type { SyntheticSpec, WorkloadSpec } from '../scenario/schema.ts';

type PresetSpec = Extract<WorkloadSpec, { kind: 'preset' }>;

/** The synthetic workload that a preset stands for. */
export function presetWorkload(spec: PresetSpec): SyntheticSpec {
  throw new ConfigError({
    path: 'workload.name',
    found: JSON.stringify(spec.name),
    expected: 'no preset: none is built in; describe the workload with kind: synthetic',
  });
}
