/** The accelerators: one file each in gpu/, one line each here; and look-up by id. */

import { findById } from './find.ts';
import { a10g } from './gpu/a10g.ts';
import { a10040gbPcie } from './gpu/a100-40gb-pcie.ts';
import { a10040gbSxm } from './gpu/a100-40gb-sxm.ts';
import { a10080gbPcie } from './gpu/a100-80gb-pcie.ts';
import { a10080gbSxm } from './gpu/a100-80gb-sxm.ts';
import { b200Sxm } from './gpu/b200-sxm.ts';
import { b300Sxm } from './gpu/b300-sxm.ts';
import { gaudi2 } from './gpu/gaudi2.ts';
import { gaudi3 } from './gpu/gaudi3.ts';
import { gb200Nvl72 } from './gpu/gb200-nvl72.ts';
import { gb300Nvl72 } from './gpu/gb300-nvl72.ts';
import { gh20096gb } from './gpu/gh200-96gb.ts';
import { h20 } from './gpu/h20.ts';
import { h100Nvl } from './gpu/h100-nvl.ts';
import { h100Pcie } from './gpu/h100-pcie.ts';
import { h100Sxm } from './gpu/h100-sxm.ts';
import { h200Sxm } from './gpu/h200-sxm.ts';
import { inferentia2 } from './gpu/inferentia2.ts';
import { l4 } from './gpu/l4.ts';
import { l40s } from './gpu/l40s.ts';
import { mi250x } from './gpu/mi250x.ts';
import { mi300x } from './gpu/mi300x.ts';
import { mi325x } from './gpu/mi325x.ts';
import { mi350x } from './gpu/mi350x.ts';
import { mi355x } from './gpu/mi355x.ts';
import { mi455x } from './gpu/mi455x.ts';
import { rtx4090 } from './gpu/rtx-4090.ts';
import { rtx6000Ada } from './gpu/rtx-6000-ada.ts';
import { rtxA6000 } from './gpu/rtx-a6000.ts';
import { rtxPro6000Server } from './gpu/rtx-pro-6000-server.ts';
import { rubinR200 } from './gpu/rubin-r200.ts';
import { t4 } from './gpu/t4.ts';
import { tpuV5e } from './gpu/tpu-v5e.ts';
import { tpuV5p } from './gpu/tpu-v5p.ts';
import { tpuV6e } from './gpu/tpu-v6e.ts';
import { tpuV7x } from './gpu/tpu-v7x.ts';
import { trainium2 } from './gpu/trainium2.ts';
import { v100Sxm232gb } from './gpu/v100-sxm2-32gb.ts';
import type { GpuSpec } from './schema.ts';

/** All accelerators, by vendor and age. */
export const GPUS: readonly GpuSpec[] = [
  v100Sxm232gb,
  t4,
  a10g,
  a10040gbSxm,
  a10080gbSxm,
  a10040gbPcie,
  a10080gbPcie,
  l4,
  l40s,
  rtxA6000,
  rtx4090,
  rtx6000Ada,
  h100Sxm,
  h100Pcie,
  h100Nvl,
  h200Sxm,
  h20,
  gh20096gb,
  b200Sxm,
  b300Sxm,
  gb200Nvl72,
  gb300Nvl72,
  rtxPro6000Server,
  rubinR200,
  mi250x,
  mi300x,
  mi325x,
  mi350x,
  mi355x,
  mi455x,
  gaudi2,
  gaudi3,
  tpuV5e,
  tpuV5p,
  tpuV6e,
  tpuV7x,
  trainium2,
  inferentia2,
];

/**
 * The accelerator of that id; `path` is where the id stands in the user's document. Throws ConfigError when
 * unknown.
 */
export function findGpu(id: string, path = 'gpu'): GpuSpec {
  return findById(GPUS, id, { path, what: 'GPU', list: 'drydock catalog gpus' });
}
