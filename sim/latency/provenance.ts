/** What a report says about the origin of step times, and when they are extrapolated. */
import type { Calibration } from './calibration.ts';
import type { LayerContext } from './layers.ts';
import type { ModelProvenance } from './step-model.ts';

/** Origin of a compiled model. */
export function provenanceOf(context: LayerContext, calibration: Calibration): ModelProvenance {
  const { hardware, kernels, deployment } = context;
  const { model, gpu } = deployment;
  const doubts: string[] = [];
  if (hardware.profile === undefined) {
    doubts.push(
      `No kernel was measured on ${gpu.name}: mean efficiencies of other GPUs with its peak rates.`,
    );
  } else if (!hardware.measured) {
    doubts.push(`${gpu.name}: efficiencies of the measured ${hardware.profile} with its own peak rates.`);
  }
  if (gpu.announced === true) doubts.push(`${gpu.name} is announced only; its figures are the maker's.`);
  if (model.attention.some((group) => group.kind === 'linear')) {
    doubts.push(`Linear-attention layers of ${model.name} are approximated: none was measured.`);
  }
  if (model.indexer !== undefined) doubts.push(`Sparse attention of ${model.name} is approximated.`);
  if (deployment.pp > 1) doubts.push('Pipeline parallelism was not validated.');
  if (deployment.dp > 1 || deployment.ep > 1) {
    doubts.push(
      'Expert and data parallelism were not validated; all ranks are taken to carry the same load.',
    );
  }
  return {
    calibration: calibration.name,
    extrapolated: doubts.length > 0,
    notes: [...doubts, ...kernels.notes.map(sentence), ...calibration.notes],
  };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
