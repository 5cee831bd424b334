/**
 * Types of the catalogues. Every entry says where its figures come from and when they were read. Decimal units: GB is
 * 1e9 bytes, GiB is 2^30; TFLOPS are dense (no sparsity).
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
  /** Streaming multiprocessors or compute units; chips without such units stand in with 128 (see `assumed`). */
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

/** Attention of a group of layers. */
export interface AttentionLayers {
  readonly layers: number;
  readonly kind: 'full' | 'sliding' | 'chunked' | 'linear' | 'mla';
  /** Window in tokens, for sliding and chunked. */
  readonly windowTokens?: number;
  /** State size per sequence (linear attention), bytes in bf16. */
  readonly stateBytes?: number;
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
  readonly attention: readonly AttentionLayers[];
  readonly moe?: {
    readonly experts: number;
    readonly expertsPerToken: number;
    readonly expertIntermediateSize: number;
    readonly sharedExperts: number;
    readonly sharedIntermediateSize?: number;
    /** Layers that are dense in spite of it. */
    readonly denseLayers: number;
  };
  readonly mla?: {
    readonly kvLoraRank: number;
    readonly qLoraRank: number | null;
    readonly ropeHeadDim: number;
    readonly nopeHeadDim: number;
    readonly valueHeadDim: number;
  };
  /** Weights as published: bf16, fp8, fp8_block, nvfp4, mxfp4, int4, ... */
  readonly nativePrecision: string;
  /** Published total parameters in units of 1e9, for the check against the computed total. */
  readonly publishedParamsB: number;
  /**
   * Parameters that the fields above do not describe (vision tower, linear-attention projections, indexers), so that the
   * computed total is right; explained in `notes`.
   */
  readonly extraParams?: number;
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
