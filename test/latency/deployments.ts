/** Deployments for tests of step models. */
import { findGpu } from '../../models/gpus.ts';
import { findLlm } from '../../models/llms.ts';
import { buildStepModel } from '../../sim/latency/build.ts';
import type { Deployment } from '../../sim/latency/deployment.ts';
import type { StepModel } from '../../sim/latency/step-model.ts';

/** A deployment of vLLM 0.19 with ordinary settings; `changes` wins. */
export function deployment(gpu: string, model: string, changes: Partial<Deployment> = {}): Deployment {
  const llm = findLlm(model, 'model');
  return {
    gpu: findGpu(gpu, 'gpu'),
    model: llm,
    engine: { name: 'vllm', version: '0.19' },
    tp: 1,
    pp: 1,
    dp: 1,
    ep: 1,
    precision: { weights: llm.nativePrecision, kv: 'bf16' },
    maxBatchedTokens: 8192,
    maxSeqs: 256,
    enforceEager: false,
    ...changes,
  };
}

/** Its step model under the built-in calibration. */
export function stepModel(gpu: string, model: string, changes: Partial<Deployment> = {}): StepModel {
  return buildStepModel(undefined, deployment(gpu, model, changes));
}
