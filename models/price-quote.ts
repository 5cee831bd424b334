/** Short form of a price row for the price files. */
import type { PriceSpec, Source } from './schema.ts';

/** One row: USD per GPU and hour as quoted, with what else the quote says. */
export function quote(
  gpuId: string,
  provider: string,
  purchase: PriceSpec['purchase'],
  usdPerGpuHour: number,
  source: Source,
  more: Pick<PriceSpec, 'term' | 'region' | 'instance' | 'gpusPerInstance'> = {},
): PriceSpec {
  return { gpuId, provider, purchase, usdPerGpuHour, source, ...more };
}
