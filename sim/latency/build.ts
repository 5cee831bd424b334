/** From a scenario's `calibration` and a deployment to its step model. */
import { ConfigError } from '../../src/core/check.ts';
import type { CalibrationSpec } from '../scenario/schema.ts';
import { affineStepModel } from './affine.ts';
import type { Calibration } from './calibration.ts';
import { builtinCalibration, findCalibration } from './calibrations.ts';
import { compileStepModel } from './compile.ts';
import type { Deployment } from './deployment.ts';
import { fittedCalibration } from './fitted.ts';
import type { StepModel } from './step-model.ts';

/** A step model that also knows what handing a request over between pools costs. */
export interface BuiltStepModel extends StepModel {
  /** Delay from the end of a prefill leg to the decode engine's queue besides the transfer, µs. */
  handoverUs(): number;
}

/**
 * Builds the step model; `calibration` omitted: the built-in one of the engine version. Throws ConfigError on a
 * name that does not exist, or a file that nobody has read.
 */
export function buildStepModel(
  calibration: CalibrationSpec | Calibration | undefined,
  deployment: Deployment,
): BuiltStepModel {
  if (calibration === undefined) return compileStepModel(deployment, builtinCalibration(deployment.engine));
  if (typeof calibration === 'string') {
    return compileStepModel(deployment, findCalibration(calibration, deployment.engine, 'calibration'));
  }
  if ('file' in calibration) {
    throw new ConfigError({
      path: 'calibration.file',
      found: `"${calibration.file}"`,
      expected: 'the contents of the file in its place, where files cannot be read',
    });
  }
  if (!('kind' in calibration)) return compileStepModel(deployment, calibration);
  if (calibration.kind === 'affine') return { ...affineStepModel(calibration), handoverUs: () => 0 };
  return compileStepModel(deployment, fittedCalibration(calibration, deployment.engine, 'calibration'));
}
