import {
  AI_CONFIGURATOR,
  INFERENCE_SIM,
  INFERENCEX_APP,
  LIGHTNING,
  ML_ENGINEERING,
  MLPERF,
} from '../gpu-sources.ts';
import { type GpuSpec, MIB } from '../schema.ts';

/** H100 SXM5 80GB. */
export const h100Sxm: GpuSpec = {
  id: 'h100-sxm',
  name: 'H100 SXM5 80GB',
  vendor: 'NVIDIA',
  architecture: 'Hopper',
  memoryBytes: 81559 * MIB,
  memoryGBps: 3350,
  peak: { bf16: 989.5, fp8: 1979, int8: 1979, fp4: null },
  smCount: 132,
  l2Bytes: 50e6,
  scaleUpGBps: 450,
  scaleUpDomain: 8,
  pcieGBps: 63,
  nicGbps: 400,
  tdpW: 700,
  gpusPerNode: 8,
  sources: [AI_CONFIGURATOR, INFERENCEX_APP, ML_ENGINEERING, INFERENCE_SIM, LIGHTNING, MLPERF],
  notes: 'Some lists quote sparse rates (1979 and 3958).',
};
