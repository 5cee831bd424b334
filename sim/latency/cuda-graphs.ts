/**
 * CUDA graphs are captured for some batch sizes; a step with fewer tokens is padded up to the next one, and
 * its matrix products work on the padded size. Steps above the largest size, and engines in eager mode, are
 * not padded.
 */

/** Largest batch that vLLM captures, whatever `max_num_seqs` is. */
const VLLM_LARGEST = 512;

/**
 * vLLM's default sizes: 1, 2, 4, then 8 to 248 in steps of 8, then 256 to M in steps of 16, M = min(2
 * max_num_seqs, 512).
 * source: vllm/config/vllm.py `_set_cudagraph_sizes`, 2026.
 */
export function vllmGraphSizes(maxSeqs: number): readonly number[] {
  const largest = Math.min(2 * maxSeqs, VLLM_LARGEST);
  const sizes: number[] = [];
  for (const size of [1, 2, 4]) if (size <= largest) sizes.push(size);
  for (let size = 8; size < 256 && size <= largest; size += 8) sizes.push(size);
  for (let size = 256; size <= largest; size += 16) sizes.push(size);
  return sizes;
}

/** Padded size by number of tokens, from 0 to the largest captured size. */
export function paddingTable(sizes: readonly number[]): Int32Array {
  const largest = sizes[sizes.length - 1] ?? 0;
  const table = new Int32Array(largest + 1);
  let next = 0;
  for (let tokens = 1; tokens <= largest; tokens++) {
    if (tokens > sizes[next]!) next += 1;
    table[tokens] = sizes[next]!;
  }
  return table;
}
