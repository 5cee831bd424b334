/** SGLang over several pipeline stages: a lane for each micro-batch in flight. */
import type { EngineSchedulingPolicy } from '../../../src/plugin-api/engine-policy.ts';
import type { StepModel } from '../../latency/step-model.ts';
import type { LoraSlots } from '../lora.ts';
import { PipelinedEngine, PipelineMeters } from '../pipeline.ts';
import { sglangCommon } from './common.ts';
import type { SglangConfig } from './config.ts';
import { SglangEngine } from './sglang.ts';

/** An engine over `stages` pipeline stages; each micro-batch has its share of the seats. */
export function pipelinedSglang(
  config: SglangConfig,
  model: StepModel,
  poolTokens: number,
  stages: number,
  seed = 0,
  policy: EngineSchedulingPolicy | undefined = undefined,
  lora: LoraSlots | null = null,
): PipelinedEngine {
  const meters = new PipelineMeters();
  const common = sglangCommon(config, poolTokens, meters, lora);
  const seats = config.microBatchRequests || Math.floor(config.maxRunningRequests / stages);
  const own = { ...config, overlapSchedule: false, maxRunningRequests: Math.max(1, seats) };
  const lanes = Array.from(
    { length: stages },
    () => new SglangEngine(own, model, poolTokens, false, seed, policy, common),
  );
  return new PipelinedEngine(lanes, meters);
}
