/**
 * CUDA graphs are captured for some batch sizes. A step with fewer rows is padded up to the next size and its
 * matrix products work on that, or (no padding) only the captured sizes themselves run as graphs. What runs
 * without a graph is not padded, and its kernels are launched one by one. Each engine has a list of its own.
 */

/** The graphs of one deployment. */
export interface CudaGraphs {
  /** Captured batch sizes, ascending; empty: none. */
  readonly sizes: readonly number[];
  /** Batches between sizes are padded; otherwise they run without a graph. */
  readonly padding: boolean;
  /** Steps that hold prompt tokens are captured (piecewise) and padded as well. */
  readonly prefill: boolean;
  /** A decode step without a graph waits for its kernel launches, which take the host time of eager mode. */
  readonly hostBoundWithout: boolean;
}

/** Eager mode. */
export const NO_GRAPHS: CudaGraphs = { sizes: [], padding: false, prefill: false, hostBoundWithout: true };

/** Largest batch that vLLM captures, whatever `max_num_seqs` is. */
const VLLM_LARGEST = 512;

/** From `from` to `to`, in steps, as far as `largest` goes. */
function range(from: number, to: number, step: number, largest: number): number[] {
  const sizes: number[] = [];
  for (let size = from; size <= Math.min(to, largest); size += step) sizes.push(size);
  return sizes;
}

/**
 * vLLM's default sizes: 1, 2, 4, then 8 to 248 in steps of 8, then 256 to M in steps of 16, M = min(2
 * max_num_seqs, 512) or the given largest. Larger decode steps run compiled kernels, whose launches
 * are cheap enough to be hidden; steps with larger prompts wait for them (`promptLayerUs` of calibrations).
 * source: vllm/config/vllm.py `_set_cudagraph_sizes`, 2026.
 */
export function vllmGraphs(maxSeqs: number, given = 0): CudaGraphs {
  const largest = given > 0 ? given : Math.min(2 * maxSeqs, VLLM_LARGEST);
  const small = [1, 2, 4].filter((size) => size <= largest);
  const sizes = [...small, ...range(8, 248, 8, largest), ...range(256, largest, 16, largest)];
  return { sizes, padding: true, prefill: true, hostBoundWithout: false };
}

/**
 * SGLang's sizes up to `cuda_graph_max_bs`, decode batches only: 1, 2, 4, 8, 12, 16 to 256 by 8, to 512 by
 * 16, then by 32; finer with speculative decoding.
 * source: sglang/srt/server_args.py `_generate_cuda_graph_batch_sizes`, 2026 (engines.md 2.8).
 */
export function sglangGraphs(largest: number, speculative: boolean): CudaGraphs {
  const small = speculative
    ? [...range(1, 8, 1, largest), ...range(10, 32, 2, largest), ...range(40, 64, 4, largest)]
    : [1, 2, 4, 8, 12].filter((size) => size <= largest);
  const from = speculative ? 72 : 16;
  const tail = speculative ? range(272, largest, 16, largest) : range(272, 512, 16, largest);
  const wide = speculative ? [] : range(544, largest, 32, largest);
  const sizes = [...small, ...range(from, 256, 8, largest), ...tail, ...wide];
  // The largest batch is captured even where it is not on the list.
  if (sizes.at(-1) !== largest) sizes.push(largest);
  return { sizes, padding: true, prefill: false, hostBoundWithout: true };
}

/**
 * TensorRT-LLM's default sizes up to `largest`, generation-only batches: with padding 1, 2, 4 and 8 to 128 by
 * 8, without it each size to 32, 64 and 128; then powers of two.
 * source: tensorrt_llm/llmapi/llm_args.py `_generate_cuda_graph_batch_sizes`, 1.2.
 */
export function trtllmGraphs(largest: number, padding: boolean): CudaGraphs {
  const list = padding ? [1, 2, 4, ...range(8, 128, 8, largest)] : [...range(1, 32, 1, largest), 64, 128];
  for (let size = 256; size < largest; size *= 2) list.push(size);
  const sizes = list.filter((size) => size <= largest);
  if (sizes.at(-1) !== largest) sizes.push(largest);
  return { sizes, padding, prefill: false, hostBoundWithout: true };
}

/**
 * TGI's `--cuda-graphs` default: 1, 2, 4, 8, 16, 32, decode batches only.
 * source: text-generation-inference launcher, 3.3.7.
 */
export function tgiGraphs(): CudaGraphs {
  return { sizes: [1, 2, 4, 8, 16, 32], padding: true, prefill: false, hostBoundWithout: true };
}

/**
 * Rows that a decode step of n sequences computes, for n from 0 to the largest captured size; beyond that a
 * step is not padded. 0 in the table: no graph for that size.
 */
export function paddingTable(graphs: CudaGraphs): Int32Array {
  const { sizes } = graphs;
  const largest = sizes.at(-1) ?? 0;
  const table = new Int32Array(largest + 1);
  let next = 0;
  for (let rows = 1; rows <= largest; rows++) {
    if (rows > sizes[next]!) next += 1;
    if (graphs.padding || sizes[next] === rows) table[rows] = sizes[next]!;
  }
  return table;
}
