/**
 * A request as a router may know it: headers and body-derived facts. It never holds ground truth such as the
 * real output length; the simulator keeps that beside this object, in `SimRequest`.
 */

/**
 * The prompt's identity, from which prefix indexes get block keys. Production answers with XXH64 or CBOR-FNV
 * chains over real token ids; the simulator with cheap hashes of content runs. Both through this one interface.
 */
export interface PromptIdentity {
  /** Prompt length in tokens as the router knows it (exact, or the pseudo-token estimate of the token producer). */
  readonly tokens: number;
  /**
   * First token of content that no other request will ever hold, where the host knows (a simulator does); absent: unknown.
   * An index need not tell the blocks from there on apart: they only take room.
   */
  readonly singleUseFrom?: number;
  /**
   * Chained keys of the prompt's blocks for the approximate index, two 32-bit lanes per block: index 2i is the low
   * lane of block i, 2i+1 the high one. The last partial block is included (router.md 4.1). `maxBlocks` caps the
   * count (Infinity: none). The array is owned by the identity and must not be written; equal arguments may return
   * the same array.
   */
  approximateKeys(blockSizeTokens: number, maxBlocks: number): Uint32Array;
  /**
   * Chained keys of full blocks for the precise index, same layout; null when tokens are not known exactly.
   */
  preciseKeys(blockSizeTokens: number): Uint32Array | null;
}

/** Multimodal item counts by modality, as far as the body tells. */
export interface MultimodalFacts {
  /** Content hash of each item, in prompt order (hex of XXH64 of its URL or data). */
  readonly hashes: readonly string[];
}

/** One inference request. Times in µs of the host's clock; sizes in bytes; lengths in tokens. */
export interface InferenceRequest {
  /** Dense number given by the host, unique among requests in flight; keys the router's own accounting. */
  readonly id: number;
  /** `x-request-id`. */
  readonly requestId: string;
  /** Target model after rewrites (a LoRA adapter is named here too). */
  readonly model: string;
  /** Model named by the client, before rewrites. */
  readonly incomingModel: string;
  readonly arrivalUs: number;
  /** From the InferenceObjective; 0 when none is named. Larger is more important. */
  readonly priority: number;
  /** Flow (tenant) id; `default-flow` when the client names none. */
  readonly fairnessId: string;
  readonly prompt: PromptIdentity;
  /** Client's limit on output tokens; 0 when it set none. */
  readonly maxOutputTokens: number;
  /** Whole body size, bytes. */
  readonly sizeBytes: number;
  /** Request headers with lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  /** Multimodal items, or null for a text-only request. */
  readonly multimodal: MultimodalFacts | null;
  /** Subset hint of the proxy: allowed endpoint addresses (`ip` or `ip:port`), or null when absent. */
  readonly subset: readonly string[] | null;
}

/** Header map of a request that carries none; shared to keep the simulator's hot path free of allocation. */
export const NO_HEADERS: ReadonlyMap<string, string> = new Map();
