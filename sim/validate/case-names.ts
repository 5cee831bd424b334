/** Catalogue ids of a case's GPU and model. */
import { GPUS } from '../../models/gpus.ts';
import { LLMS } from '../../models/llms.ts';
import type { MeasuredCase } from './case.ts';
import { skip } from './skip.ts';

/** Catalogue ids by the names that cases use, both without dashes and in lower case; longest first. */
const GPU_NAMES: readonly (readonly [start: string, id: string])[] = [
  ['rtxpro6000', 'rtx-pro-6000-server'],
  ['rtx6000ada', 'rtx-6000-ada'],
  ['rtxa6000', 'rtx-a6000'],
  ['rtx4090', 'rtx-4090'],
  ['a100sxm80', 'a100-80gb-sxm'],
  ['a100sxm40', 'a100-40gb-sxm'],
  ['a100pcie', 'a100-80gb-pcie'],
  ['h100sxm', 'h100-sxm'],
  ['h100pcie', 'h100-pcie'],
  ['h100nvl', 'h100-nvl'],
  ['h200', 'h200-sxm'],
  ['gb200', 'gb200-nvl72'],
  ['gb300', 'gb300-nvl72'],
  ['b200', 'b200-sxm'],
  ['b300', 'b300-sxm'],
  ['mi300x', 'mi300x'],
  ['mi325x', 'mi325x'],
  ['mi355x', 'mi355x'],
  ['mi350x', 'mi350x'],
  ['a100', 'a100-80gb-sxm'],
  ['h100', 'h100-sxm'],
  ['a6000', 'rtx-a6000'],
  ['a10g', 'a10g'],
  ['l40s', 'l40s'],
  ['h20', 'h20'],
  ['l4', 'l4'],
];

/** Catalogue id of a case's GPU. */
export function caseGpu(measured: MeasuredCase): string {
  const name = measured.hardware.gpu.toLowerCase().replaceAll(/[-_ ]/g, '');
  const found = GPU_NAMES.find(([start]) => name.startsWith(start.replaceAll('-', '')));
  if (found !== undefined) return found[1];
  // Any other GPU of the catalogue by the beginning of its id, the shortest one: the plain variant.
  const bare = (id: string): string => id.replaceAll('-', '');
  const [near] = GPUS.map((gpu) => gpu.id)
    .filter((id) => bare(id).startsWith(name) || name.startsWith(bare(id)))
    .sort((a, b) => a.length - b.length);
  return near ?? skip(`GPU ${measured.hardware.gpu} is not in the catalogue`);
}

/** Catalogue id of a case's model. */
export function caseModel(measured: MeasuredCase): string {
  const wanted = measured.model.toLowerCase();
  const own = (id: string): string => id.slice(id.indexOf('/') + 1);
  const bare = own(wanted).replace(/-(fp8|awq|gptq|int4|nvfp4|fp4|instruct|chat|hf)\b.*$/, '');
  const found =
    LLMS.find((llm) => llm.huggingFace.some((name) => name.toLowerCase() === wanted)) ??
    LLMS.find((llm) => llm.id === own(wanted)) ??
    LLMS.find((llm) => llm.huggingFace.some((name) => own(name.toLowerCase()) === bare)) ??
    LLMS.find((llm) => llm.id === bare);
  return found?.id ?? skip(`model ${measured.model} is not in the catalogue`);
}
