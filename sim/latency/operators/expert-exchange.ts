/**
 * Moving tokens to the ranks of their experts and back (expert parallelism). vLLM gathers all tokens of the
 * data-parallel ranks and scatters the results (`allgather_reducescatter`, its default); DeepEP sends each
 * token to its experts only.
 */
import { DEEP_EP, type NodeCount } from '../../../models/coefficients/expert-parallel.ts';
import type { Hardware } from '../hardware.ts';
import { gatherUs } from './collectives.ts';

/** Sizes of one exchange. */
export interface ExchangeShape {
  readonly hiddenSize: number;
  readonly expertsPerToken: number;
  /** Data-parallel and all ranks. */
  readonly dp: number;
  readonly ranks: number;
  readonly deepEp: boolean;
}

/** Time in µs there and back for `tokens` tokens of one rank. */
export function exchangeUs(hardware: Hardware, shape: ExchangeShape, tokens: number): number {
  const deepEp = shape.deepEp ? deepEpUs(hardware, shape, tokens) : undefined;
  if (deepEp !== undefined) return deepEp;
  const bytes = tokens * shape.dp * shape.hiddenSize * 2;
  return (
    gatherUs(hardware, 'allGather', shape.ranks, bytes) +
    gatherUs(hardware, 'reduceScatter', shape.ranks, bytes)
  );
}

/** Tokens per rank up to which DeepEP runs in its low-latency mode. */
const LOW_LATENCY_TOKENS = 256;

function deepEpUs(hardware: Hardware, shape: ExchangeShape, tokens: number): number | undefined {
  const table = hardware.profile === undefined ? undefined : DEEP_EP[hardware.profile];
  if (table === undefined) return undefined;
  const nodes = Math.ceil(shape.ranks / hardware.gpu.gpusPerNode);
  const measured = ([1, 2, 4, 8] as readonly NodeCount[]).find((count) => count >= nodes) ?? 8;
  const mode = tokens <= LOW_LATENCY_TOKENS ? table.lowLatency : table.normal;
  const exchange = mode[measured] ?? mode[1];
  if (exchange === undefined) return undefined;
  const elements = tokens * shape.expertsPerToken * shape.hiddenSize;
  return (
    exchange.dispatch.fixedUs +
    exchange.combine.fixedUs +
    elements * (exchange.dispatch.usPerElement + exchange.combine.usPerElement)
  );
}
