/** What a sequence of TensorRT-LLM holds in its KV, as the tree of reusable blocks wants it. */
import type { Content, RadixNode, RadixTree } from '../kv/radix-tree.ts';
import type { Sequence } from '../sequence.ts';

/** Prompt and what has been generated so far. */
export function contentOf({ request, generated }: Sequence<RadixNode>): Content {
  return { prompt: request.prompt, outputId: request.outputContentId, outputTokens: generated };
}

/** Offers what is computed of a sequence for reuse, whole blocks only. */
export function cacheComputed(tree: RadixTree, sequence: Sequence<RadixNode>): void {
  tree.cache(sequence, contentOf(sequence), sequence.computed);
}
