/**
 * Power of serving by phase, and what a kWh costs and emits where nobody says. Shares of the accelerator's TDP, from few
 * measurements on one GPU each: read energy figures as estimates of the right size, and set `prices.energy` where you
 * know better.
 */
import type { Source } from './schema.ts';

/** A default, where it comes from, and how sure it is. */
export interface EnergyDefault {
  readonly value: number;
  readonly note: string;
  readonly source: Source;
}

const SILICON_BENCHMARK: Source = {
  ref: 'Serial Alice GPU energy benchmark (vLLM on H100, H200, B200), June 2026',
  date: '2026-11-28',
};

/** Draw of one accelerator while it computes prompts, as a share of TDP. */
export const PREFILL_SHARE: EnergyDefault = {
  value: 0.9,
  note: 'H200 at load 593 to 663 W of 700 W, fp8 as much as bf16',
  source: SILICON_BENCHMARK,
};

/** While it only decodes. */
export const DECODE_SHARE: EnergyDefault = {
  value: 0.5,
  note: '137 to 300 W of 700 W on an H200 in memory-bound decode (arXiv 2605.11999), 517 W at batch 128; the middle of both',
  source: { ref: 'arXiv:2605.11999 and the Serial Alice GPU energy benchmark', date: '2026-11-28' },
};

/** While it waits with a model loaded. */
export const IDLE_SHARE: EnergyDefault = {
  value: 0.115,
  note: 'H200 80.3 W of 700 W',
  source: SILICON_BENCHMARK,
};

/** CPUs, NICs and fans per accelerator, as a share of its TDP, whatever the load. */
export const HOST_SHARE: EnergyDefault = {
  value: 0.5,
  note: '8 x H100 node: at most 8.4 kW measured with all GPUs near their 700 W; assumed constant over load',
  source: { ref: 'Latif et al., IEEE Access 13 (2025) 61740', date: '2026-11-28' },
};

/** Facility over IT power. */
export const PUE: EnergyDefault = {
  value: 1.2,
  note: 'AI data centres 1.05 to 1.40 (P5 to P95)',
  source: { ref: 'Energy Use of AI Inference (2025), as reviewed on themoonlight.io', date: '2026-11-28' },
};

/** Emissions, kg CO2e per kWh. */
export const GRID_KG_PER_KWH: EnergyDefault = {
  value: 0.37,
  note: 'US grid average; 403 US hyperscale sites drew at 0.545',
  source: {
    ref: 'arXiv:2606.05420 (May 2024 to April 2025), as reported by groundy.com',
    date: '2026-11-28',
  },
};

/** USD per kWh. */
export const USD_PER_KWH: EnergyDefault = {
  value: 0.08,
  note: 'assumed: no quote behind it',
  source: { ref: 'assumption', date: '2026-11-28' },
};

/** Chance that a spot instance is reclaimed within a month of 730 h, as interruptions per hour. */
export const SPOT_INTERRUPTIONS_PER_HOUR: EnergyDefault = {
  value: -Math.log(1 - 0.175) / 730,
  note: 'p5.48xlarge (8 x H100) in the band of 15 to 20 % a month',
  source: {
    ref: 'AWS Spot Instance Advisor of 2026-02-24, as reported by thundercompute.com',
    date: '2026-11-28',
  },
};

/** Warning before a spot instance is taken, s: AWS and Azure 120, Google Cloud 30. */
export const SPOT_NOTICE_S = 120;
