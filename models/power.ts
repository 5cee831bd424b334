/**
 * Power and cost of ownership by accelerator: all-in power (cooling and facility included, so no PUE on top),
 * owning cost and three-year rental. A model by SemiAnalysis of 2025, not a quote; B300 and GB300 are 1.2
 * times B200 and GB200 in it.
 */
import { SEMIANALYSIS_TCO } from './price-sources.ts';
import type { GpuSpec, PriceSpec } from './schema.ts';

/** Cost model of one accelerator. */
export interface OwnershipSpec {
  readonly gpuId: string;
  readonly allInPowerKw: number;
  readonly hyperscalerUsdPerGpuHour: number;
  readonly neocloudUsdPerGpuHour: number;
  readonly rental3yUsdPerGpuHour: number;
}

/** All entries of the model. */
export const OWNERSHIP: readonly OwnershipSpec[] = [
  {
    gpuId: 'h100-sxm',
    allInPowerKw: 1.73,
    hyperscalerUsdPerGpuHour: 1.3,
    neocloudUsdPerGpuHour: 1.69,
    rental3yUsdPerGpuHour: 1.3,
  },
  {
    gpuId: 'h200-sxm',
    allInPowerKw: 1.73,
    hyperscalerUsdPerGpuHour: 1.41,
    neocloudUsdPerGpuHour: 1.74,
    rental3yUsdPerGpuHour: 1.6,
  },
  {
    gpuId: 'b200-sxm',
    allInPowerKw: 2.17,
    hyperscalerUsdPerGpuHour: 1.95,
    neocloudUsdPerGpuHour: 2.34,
    rental3yUsdPerGpuHour: 2.9,
  },
  {
    gpuId: 'b300-sxm',
    allInPowerKw: 2.17,
    hyperscalerUsdPerGpuHour: 2.34,
    neocloudUsdPerGpuHour: 2.808,
    rental3yUsdPerGpuHour: 3.48,
  },
  {
    gpuId: 'gb200-nvl72',
    allInPowerKw: 2.1,
    hyperscalerUsdPerGpuHour: 2.21,
    neocloudUsdPerGpuHour: 2.75,
    rental3yUsdPerGpuHour: 3.3,
  },
  {
    gpuId: 'gb300-nvl72',
    allInPowerKw: 2.1,
    hyperscalerUsdPerGpuHour: 2.652,
    neocloudUsdPerGpuHour: 3.3,
    rental3yUsdPerGpuHour: 3.96,
  },
  {
    gpuId: 'mi300x',
    allInPowerKw: 1.79,
    hyperscalerUsdPerGpuHour: 1.12,
    neocloudUsdPerGpuHour: 1.4,
    rental3yUsdPerGpuHour: 1.55,
  },
  {
    gpuId: 'mi325x',
    allInPowerKw: 2.18,
    hyperscalerUsdPerGpuHour: 1.28,
    neocloudUsdPerGpuHour: 1.59,
    rental3yUsdPerGpuHour: 1.8,
  },
  {
    gpuId: 'mi355x',
    allInPowerKw: 2.65,
    hyperscalerUsdPerGpuHour: 1.48,
    neocloudUsdPerGpuHour: 1.9,
    rental3yUsdPerGpuHour: 2.1,
  },
];

/** Three-year rental of the model as prices, for GPUs that nobody quotes. */
export const MODELLED_RENTALS: readonly PriceSpec[] = OWNERSHIP.map((entry) => ({
  gpuId: entry.gpuId,
  provider: 'SemiAnalysis model',
  purchase: 'reserved',
  term: '3 years',
  usdPerGpuHour: entry.rental3yUsdPerGpuHour,
  source: SEMIANALYSIS_TCO,
}));

/** Server, network and cooling on top of the GPU's own power, from H100: 1.73 kW all-in over 0.7 kW. */
const ALL_IN_PER_TDP = 1730 / 700;

/** All-in power of a GPU in kW: of the model, else scaled from its TDP; undefined when neither is known. */
export function allInPowerKw(gpu: GpuSpec): number | undefined {
  const known = OWNERSHIP.find((entry) => entry.gpuId === gpu.id);
  if (known !== undefined) return known.allInPowerKw;
  return gpu.tdpW === null ? undefined : (gpu.tdpW * ALL_IN_PER_TDP) / 1000;
}
