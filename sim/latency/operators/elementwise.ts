/** Time of a kernel that only moves bytes: norms, rotary embedding, activations, residual additions. */
import { ELEMENTWISE } from '../../../models/coefficients/elementwise.ts';
import type { Hardware } from '../hardware.ts';

/** Time in µs of moving `bytes`. */
export function elementwiseUs(hardware: Hardware, bytes: number): number {
  return ELEMENTWISE.fixedUs + bytes / (hardware.bytesPerUs * ELEMENTWISE.memoryEfficiency);
}
