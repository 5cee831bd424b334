/** vLLM over several pipeline stages: a lane for each micro-batch in flight. */
import type { StepModel } from '../../latency/step-model.ts';
import type { LoraSlots } from '../lora.ts';
import { PipelinedEngine, PipelineMeters } from '../pipeline.ts';
import { vllmCommon } from './common.ts';
import type { VllmConfig } from './config.ts';
import { VllmEngine } from './vllm.ts';

/** An engine over `stages` pipeline stages. Batches are not decided ahead: as many as there are stages are in flight. */
export function pipelinedVllm(
  config: VllmConfig,
  model: StepModel,
  kvBlocks: number,
  stages: number,
  seed = 0,
  lora: LoraSlots | null = null,
): PipelinedEngine {
  const meters = new PipelineMeters();
  const common = vllmCommon(config, kvBlocks, meters);
  const own = { ...config, asyncScheduling: false };
  const lanes = Array.from(
    { length: stages },
    () => new VllmEngine(own, model, kvBlocks, false, seed, lora, common),
  );
  return new PipelinedEngine(lanes, meters);
}
