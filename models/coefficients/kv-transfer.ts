/**
 * KV movement between engines as measured end to end: `fixedUs + max(blocks / rate, bytes / bandwidth)`.
 * Bandwidths are of all links of an instance together. Stock pull connectors start after the prefill: nothing
 * overlaps.
 */
import type { Source } from '../schema.ts';

/** A measured path. */
export interface KvTransfer {
  readonly fixedUs: number;
  readonly bytesPerSecond: number;
  /** Message rate that bounds transfers of small blocks. */
  readonly blocksPerSecond?: number;
  /** Cost per descriptor (block, layer) on top. */
  readonly usPerDescriptor?: number;
  readonly what: string;
  readonly source: Source;
}

/** By path. */
export const KV_TRANSFER = {
  mooncakeH800: {
    fixedUs: 800,
    bytesPerSecond: 158e9,
    what: 'Mooncake and vLLM, H800 with 8 ConnectX-7, Qwen3-8B at TP8',
    source: { ref: 'kvcache-ai/Mooncake docs vllm-v1-pd-performance.md', date: '2026-11-22' },
  },
  mooncakeH20: {
    fixedUs: 1800,
    bytesPerSecond: 167e9,
    what: 'Mooncake and SGLang, H20 with 4 x 400GbE RoCE, Qwen3-235B',
    source: { ref: 'kvcache-ai/Mooncake docs sglang-benchmark-results-v1.md', date: '2026-11-22' },
  },
  efaP5en: {
    fixedUs: 0,
    bytesPerSecond: 367e9,
    blocksPerSecond: 1.48e6,
    what: 'Mooncake transfer engine over EFA, p5en (H200), writes of 64 KiB to 2 MiB blocks',
    source: { ref: 'kvcache-ai/Mooncake docs efa_transport.md', date: '2026-11-22' },
  },
  nixlVllm: {
    fixedUs: 3000,
    bytesPerSecond: 50e9,
    usPerDescriptor: 1.5,
    what: 'NIXL launch per request before descriptors were batched; bandwidth is nominal 400 Gbit/s',
    source: { ref: 'vllm-project/vllm issue 23780 and pull request 50913', date: '2026-11-22' },
  },
} as const satisfies Record<string, KvTransfer>;
