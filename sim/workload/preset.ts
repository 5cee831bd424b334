/** Built-in workloads by name. */
import { findWorkloadPreset, presetAtRate } from '../../models/workload-presets.ts';
import type { SyntheticSpec, WorkloadSpec } from '../scenario/schema.ts';

type PresetSpec = Extract<WorkloadSpec, { kind: 'preset' }>;

/** The synthetic workload that a preset stands for. `path` leads to the workload; throws ConfigError for unknown names. */
export function presetWorkload(spec: PresetSpec, path = 'workload'): SyntheticSpec {
  return presetAtRate(findWorkloadPreset(spec.name, `${path}.name`), spec.rateRps);
}
