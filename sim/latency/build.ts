/** From a scenario's `calibration` and a deployment to its step model. */
import type { CalibrationSpec } from '../scenario/schema.ts';
import { affineStepModel } from './affine.ts';
import { builtinCalibration, findCalibration } from './calibrations.ts';
import { compileStepModel } from './compile.ts';
import type { Deployment } from './deployment.ts';
import type { StepModel } from './step-model.ts';

/** A step model that also knows what handing a request over between pools costs. */
export interface BuiltStepModel extends StepModel {
  /** Delay from the end of a prefill leg to the decode engine's queue besides the transfer, µs. */
  handoverUs(): number;
}

/** Builds the step model; `calibration` omitted: the built-in one of the engine version. */
export function buildStepModel(
  calibration: CalibrationSpec | undefined,
  deployment: Deployment,
): BuiltStepModel {
  if (typeof calibration === 'object') return { ...affineStepModel(calibration), handoverUs: () => 0 };
  const chosen =
    calibration === undefined
      ? builtinCalibration(deployment.engine)
      : findCalibration(calibration, deployment.engine, 'calibration');
  return compileStepModel(deployment, chosen);
}
