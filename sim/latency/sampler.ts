/**
 * Sampling of top-p and top-k, which most models' generation_config asks for. vLLM has two implementations:
 * PyTorch's, which sorts the vocabulary of every row, and FlashInfer's kernels, which do not. Which one runs
 * by default depends on the version, and with it a step's time and the memory that the profile run reserves.
 */

/** Fixed time, and memory traffic per sampled row and vocabulary entry. */
export interface SamplerCost {
  readonly fixedUs: number;
  readonly bytesPerEntry: number;
}

/** Greedy or plain random: one or a few passes over the logits; assumed. */
export const PLAIN_SAMPLER: SamplerCost = { fixedUs: 50, bytesPerEntry: 10 };

/**
 * Sorting. Fitted to the step times of Llama-2 (32,000 entries) and Llama-3.1 (128,256) on H100 with vLLM
 * 0.15.1: without it the error of Llama-3.1-8B is -7 to -13 %, growing with the batch, with it -1 to 2 %.
 */
export const SORTING_SAMPLER: SamplerCost = { fixedUs: 300, bytesPerEntry: 380 };

/**
 * FlashInfer: 0.24 ms for 64 rows of 32,768 entries and 0.92 ms for 512, where sorting takes 0.37 and 1.69.
 * source: table of vLLM pull request 40376, read 2026-11-28.
 */
export const FLASHINFER_SAMPLER: SamplerCost = { fixedUs: 200, bytesPerEntry: 180 };

/**
 * Versions from which the default changed: FlashInfer 0.2.3 supported (pull request 15777, May 2025), disabled
 * for wrong results (26859, October 2025), enabled again (40376, spring 2026).
 */
const FLASHINFER_FROM = [0, 9, 0] as const;
const SORTING_AGAIN_FROM = [0, 11, 1] as const;
const FLASHINFER_AGAIN_FROM = [0, 21, 0] as const;

/** True when an engine of that version samples with FlashInfer by default. */
export function samplesWithFlashInfer(engine: { readonly name: string; readonly version: string }): boolean {
  if (engine.name === 'sglang') return true;
  if (engine.name !== 'vllm') return false;
  return isFrom(engine.version, FLASHINFER_AGAIN_FROM) || profilesWithFlashInfer(engine.version);
}

/**
 * True when the profile run of that vLLM version, which finds the memory peak, sampled with FlashInfer. Logs
 * of 0.27.1 still show the peak of the sort.
 */
export function profilesWithFlashInfer(version: string): boolean {
  return isFrom(version, FLASHINFER_FROM) && !isFrom(version, SORTING_AGAIN_FROM);
}

/** What top-p sampling costs an engine of that version. */
export function topPSampler(engine: { readonly name: string; readonly version: string }): SamplerCost {
  return samplesWithFlashInfer(engine) ? FLASHINFER_SAMPLER : SORTING_SAMPLER;
}

function isFrom(version: string, from: readonly [number, number, number]): boolean {
  const match = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version);
  if (match === null) return true;
  const own = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)] as const;
  for (let i = 0; i < 3; i++) if (own[i] !== from[i]) return own[i]! > from[i]!;
  return true;
}
