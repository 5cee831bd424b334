/**
 * Names of accelerators outside of the catalogue: drivers, benchmark reports and measured cases spell them in
 * their own way. Spelling is reduced to lower-case letters and digits, vendor words dropped.
 */
import { GPUS } from './gpus.ts';
import type { GpuSpec } from './schema.ts';

const NAMES: Readonly<Record<string, string>> = {
  v100sxm232gb: 'v100-sxm2-32gb',
  teslat4: 't4',
  a10080gb: 'a100-80gb-sxm',
  a100sxm80gb: 'a100-80gb-sxm',
  a100sxm480gb: 'a100-80gb-sxm',
  a100sxm40gb: 'a100-40gb-sxm',
  a100sxm440gb: 'a100-40gb-sxm',
  a10080gbpcie: 'a100-80gb-pcie',
  a100pcie40gb: 'a100-40gb-pcie',
  a100: 'a100-80gb-sxm',
  h100: 'h100-sxm',
  h100sxm80gb: 'h100-sxm',
  h100sxm5: 'h100-sxm',
  h10080gbhbm3: 'h100-sxm',
  h100pcie80gb: 'h100-pcie',
  h200: 'h200-sxm',
  h200sxm141gb: 'h200-sxm',
  gh200: 'gh200-96gb',
  b200: 'b200-sxm',
  b200sxm180gb: 'b200-sxm',
  b300: 'b300-sxm',
  gb200: 'gb200-nvl72',
  gb300: 'gb300-nvl72',
  rtxa600048gb: 'rtx-a6000',
  geforcertx4090: 'rtx-4090',
  rtx6000adageneration: 'rtx-6000-ada',
  rtxpro6000: 'rtx-pro-6000-server',
  rtxpro600096gb: 'rtx-pro-6000-server',
  rtxpro6000blackwellserveredition: 'rtx-pro-6000-server',
};

/** The accelerator that a name means, or undefined. */
export function gpuByName(name: string): GpuSpec | undefined {
  const word = reduced(name);
  const id = Object.hasOwn(NAMES, word) ? NAMES[word] : undefined;
  return GPUS.find((gpu) => gpu.id === id || reduced(gpu.id) === word || reduced(gpu.name) === word);
}

function reduced(name: string): string {
  return name.toLowerCase().replace(/nvidia|amd instinct|instinct|[^a-z0-9]/g, '');
}
