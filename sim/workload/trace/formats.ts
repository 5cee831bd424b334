/** The list of trace formats: one import and one line each. The order is that in which content is tried (`detect.ts`). */
import type { TraceSpec } from '../../scenario/schema.ts';
import { azureFormat } from './azure.ts';
import { blisFormat } from './blis.ts';
import { burstGptFormat } from './burstgpt.ts';
import { drydockFormat } from './drydock.ts';
import type { TraceFormat } from './format.ts';
import { guideLlmFormat } from './guidellm.ts';
import { inferencePerfFormat } from './inference-perf.ts';
import { mooncakeFormat } from './mooncake.ts';
import { serveGenFormat } from './servegen.ts';
import { vllmBenchFormat } from './vllm-bench.ts';

export type TraceFormatName = Exclude<TraceSpec['format'], 'auto'>;

/** Formats by the name that a scenario gives them. */
export const TRACE_FORMATS: Readonly<Record<TraceFormatName, TraceFormat>> = {
  mooncake: mooncakeFormat,
  azure: azureFormat,
  burstgpt: burstGptFormat,
  blis: blisFormat,
  drydock: drydockFormat,
  servegen: serveGenFormat,
  'vllm-bench': vllmBenchFormat,
  'inference-perf': inferencePerfFormat,
  guidellm: guideLlmFormat,
};
