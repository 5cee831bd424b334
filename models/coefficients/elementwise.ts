/**
 * Elementwise kernels (norms, rotary embedding, activation): `fixedUs + bytes / (efficiency x bandwidth)`
 * each; four a layer, five with query and key norms. Overestimates norms on data in cache by about 1.4, at
 * most 5 % of a step. Source: `AI_CONFIGURATOR` in sources.ts (composition rule), checked against
 * `LLM_SERVING_SIM`.
 */
export const ELEMENTWISE = { fixedUs: 2, memoryEfficiency: 0.75 } as const;

/** Bytes that the elementwise kernels of a layer move per token; arguments are the shape on one rank. */
export function elementwiseBytesPerToken(
  hiddenSize: number,
  headDim: number,
  heads: { readonly query: number; readonly kv: number },
  mlpWidth: number,
): { readonly norm: number; readonly rotary: number; readonly activation: number } {
  return {
    norm: 8 * hiddenSize,
    rotary: 4 * (heads.query + heads.kv) * headDim,
    activation: 6 * mlpWidth,
  };
}
