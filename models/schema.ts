/**
 * Types of the catalogues. Every entry says where its figures come from and when they were read. Decimal
 * units: GB is 1e9 bytes, GiB is 2^30; TFLOPS are dense (no sparsity).
 */

/** Bytes in a MiB. */
export const MIB = 2 ** 20;

/** Where a figure comes from. */
export interface Source {
  /** Document, repository and commit, or URL. */
  readonly ref: string;
  /** Day it was read, YYYY-MM-DD. */
  readonly date: string;
}

/** Dense peak rates in TFLOP/s (TOP/s for int8); null where the chip has no such unit. */
export interface PeakRates {
  readonly bf16: number | null;
  readonly fp8: number | null;
  readonly int8: number | null;
  readonly fp4: number | null;
}

/** One accelerator. */
export interface GpuSpec {
  readonly id: string;
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  /** Memory as the driver reports it, bytes. */
  readonly memoryBytes: number;
  readonly memoryGBps: number;
  readonly peak: PeakRates;
  /**
   * Streaming multiprocessors or compute units; chips without such units stand in with 128 (see `assumed`).
   */
  readonly smCount: number;
  readonly l2Bytes: number;
  /** Scale-up link (NVLink, xGMI, ICI) per direction and GPU; null when there is none (PCIe only). */
  readonly scaleUpGBps: number | null;
  /** GPUs that reach each other over it. */
  readonly scaleUpDomain: number;
  readonly pcieGBps: number;
  /** Typical NIC per GPU, Gbit/s; null unknown. */
  readonly nicGbps: number | null;
  readonly tdpW: number | null;
  /** GPUs in the usual node. */
  readonly gpusPerNode: number;
  readonly sources: readonly Source[];
  /** Fields that nobody publishes and that hold a stand-in. */
  readonly assumed?: readonly string[];
  /** Announced only: no figure is measured. */
  readonly announced?: boolean;
  readonly notes?: string;
}

/** Linear attention or state space of a layer: a matrix state per value head in place of a growing KV. */
export interface LinearAttention {
  readonly variant: 'gated-deltanet' | 'kimi-delta' | 'mamba2';
  /** Heads of keys (groups, for Mamba). */
  readonly keyHeads: number;
  readonly valueHeads: number;
  /** Size of a key (state size, for Mamba). */
  readonly keyHeadDim: number;
  readonly valueHeadDim: number;
  /** Taps of the short convolution. */
  readonly convKernel: number;
}

/** Attention of a group of layers. Fields that differ from the model's own stand here. */
export interface AttentionLayers {
  readonly layers: number;
  readonly kind: 'full' | 'sliding' | 'chunked' | 'linear' | 'mla';
  /** Window in tokens, for sliding and chunked; for `mla` with compression the part kept uncompressed. */
  readonly windowTokens?: number;
  readonly kvHeads?: number;
  readonly headDim?: number;
  readonly valueHeadDim?: number;
  /** Keys serve as values too: one projection, though both are stored. */
  readonly sharedKeyValue?: boolean;
  /** Tokens per stored latent entry outside of the window; absent with a window: nothing is stored there. */
  readonly tokensPerEntry?: number;
  /** Elements of the index key stored with each latent entry (sparse attention), one byte each. */
  readonly indexKeyDim?: number;
  readonly linear?: LinearAttention;
  /** State size per sequence and layer where no shape is given in `linear`, bytes. */
  readonly stateBytes?: number;
}

/** Sparse-attention indexer that picks the entries to attend to. */
export interface Indexer {
  readonly layers: number;
  readonly heads: number;
  readonly headDim: number;
  readonly topK: number;
}

/** One language model, by shape; parameter and KV sizes are computed, never typed in. */
export interface LlmSpec {
  readonly id: string;
  readonly name: string;
  /** Hugging Face ids known to mean this shape; the first is canonical. */
  readonly huggingFace: readonly string[];
  readonly layers: number;
  readonly hiddenSize: number;
  readonly attentionHeads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  /** Head size of values where it differs. */
  readonly valueHeadDim?: number;
  /** Dense MLP width; for MoE models the width of the leading dense layers, 0 if none. */
  readonly intermediateSize: number;
  /** Three-matrix (gated) MLP. */
  readonly gatedMlp: boolean;
  readonly vocabSize: number;
  readonly tiedEmbeddings: boolean;
  readonly maxContextTokens: number;
  readonly qkNorm: boolean;
  /**
   * An output gate of full size beside the queries (in linear layers of kind kimi-delta: not of low rank).
   */
  readonly outputGate?: boolean;
  /** Groups of layers; layers in no group have no attention. */
  readonly attention: readonly AttentionLayers[];
  /** Layers with an MLP or experts, where not all have one. */
  readonly mlpLayers?: number;
  readonly moe?: {
    readonly experts: number;
    readonly expertsPerToken: number;
    readonly expertIntermediateSize: number;
    readonly sharedExperts: number;
    /** Width of all shared experts together; absent: `sharedExperts` times the width of a routed one. */
    readonly sharedIntermediateSize?: number;
    /** Experts work on a projection of the hidden state to this size. */
    readonly latentSize?: number;
    /** Layers that are dense in spite of it. */
    readonly denseLayers: number;
  };
  readonly mla?: {
    readonly kvLoraRank: number;
    readonly qLoraRank: number | null;
    readonly ropeHeadDim: number;
    readonly nopeHeadDim: number;
    readonly valueHeadDim: number;
    /** Keys and values are the latent vector itself: no up-projection per head. */
    readonly multiQuery?: boolean;
    /** Output projection in two steps: groups of heads to this rank each, then to the hidden size. */
    readonly output?: { readonly groups: number; readonly rank: number };
  };
  readonly indexer?: Indexer;
  /** Weights as published: bf16, fp8, fp8_block, nvfp4, mxfp4, int4, ... */
  readonly nativePrecision: string;
  /** Published total parameters in units of 1e9, for the check against the computed total. */
  readonly publishedParamsB: number;
  /**
   * Parameters that the fields above do not describe (vision tower, linear-attention projections, indexers),
   * so that the computed total is right; explained in `notes`.
   */
  readonly extraParams?: number;
  /** Parameters in the published total that serving does not load (multi-token prediction). */
  readonly unloadedParams?: number;
  readonly sources: readonly Source[];
  readonly notes?: string;
}

/** A kind of link that carries KV or collectives. */
export interface LinkSpec {
  readonly id: string;
  readonly name: string;
  readonly kind: 'scale-up' | 'pcie' | 'rdma' | 'ethernet' | 'host';
  /** Nominal bandwidth per direction and GPU or port, GB/s. */
  readonly nominalGBps: number;
  /** Bandwidth reached in practice, GB/s. */
  readonly achievedGBps: number;
  readonly baseUs: number;
  readonly sources: readonly Source[];
  /** Fields that nobody publishes and that hold a stand-in. */
  readonly assumed?: readonly string[];
  readonly notes?: string;
}

/** A price of one GPU for one hour. */
export interface PriceSpec {
  readonly gpuId: string;
  readonly provider: string;
  readonly purchase: 'on-demand' | 'reserved' | 'spot';
  readonly term?: string;
  readonly usdPerGpuHour: number;
  readonly region?: string;
  readonly instance?: string;
  readonly gpusPerInstance?: number;
  readonly source: Source;
}
