/**
 * Live prompts and simulated content, both ways. A live prompt becomes one run per engine block, named by a hash of all
 * tokens up to its end, so that two prompts share cached blocks exactly as far as their tokens agree in whole blocks. A
 * simulated prompt becomes token ids: a hash of (content, offset), so that equal content gives equal ids.
 */
import { PromptContent } from '../workload/prompt-content.ts';
import type { ContentRuns } from '../workload/request.ts';

/** Ids below 2^17, the size of a common vocabulary (Llama 3 has 128,256 entries). */
const VOCABULARY_BITS = 17;

/** The prompt as content of blocks of `blockSizeTokens`. `seed`: of the model (`modelSeed`). */
export function runsOfTokens(tokens: Uint32Array, blockSizeTokens: number, seed: number): PromptContent {
  const ids: number[] = [];
  const lengths: number[] = [];
  let low = seed | 0;
  let high = ~seed;
  for (let from = 0; from < tokens.length; from += blockSizeTokens) {
    const to = Math.min(tokens.length, from + blockSizeTokens);
    for (let i = from; i < to; i++) {
      low = mix(low ^ tokens[i]!, 0x85ebca6b);
      high = mix(high + tokens[i]!, 0xc2b2ae35);
    }
    // 52 bits: a non-negative id, so that it may be found again.
    ids.push((high & 0xfffff) * 2 ** 32 + (low >>> 0));
    lengths.push(to - from);
  }
  return new PromptContent(ids, lengths, tokens.length, seed);
}

/** Token ids of simulated content. */
export function tokensOfRuns({ ids, lengths }: ContentRuns): number[] {
  const tokens: number[] = [];
  ids.forEach((id, run) => {
    const start = mix(mix(id | 0, 0x85ebca6b) ^ Math.floor(id / 2 ** 32), 0x9e3779b1);
    for (let offset = 0; offset < lengths[run]!; offset++) {
      tokens.push(mix(start + Math.imul(offset, 0x27d4eb2f), 0xc2b2ae35) >>> (32 - VOCABULARY_BITS));
    }
  });
  return tokens;
}

/** MurmurHash3's finaliser step with one factor. */
function mix(word: number, factor: number): number {
  const hash = Math.imul(word ^ (word >>> 16), factor);
  return Math.imul(hash ^ (hash >>> 13), 0x27d4eb2f) ^ (hash >>> 16);
}
