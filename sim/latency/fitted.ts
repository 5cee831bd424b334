/** Calibrations that stand on another one: a user's fit, or corrections left out for comparison. */
import type { FittedCalibration } from '../scenario/schema.ts';
import type { Calibration, Correction, HostOverhead } from './calibration.ts';
import { findCalibration } from './calibrations.ts';
import type { Deployment } from './deployment.ts';

/** The calibration that a fit describes, for one engine; throws ConfigError below `path` when its base is unknown. */
export function fittedCalibration(
  fit: FittedCalibration,
  engine: Deployment['engine'],
  path: string,
): Calibration {
  const base = findCalibration(fit.base ?? 'builtin', engine, `${path}.base`);
  const { fit: evidence, kernels } = fit;
  return {
    ...base,
    name: fit.name,
    dense: withHost(base.dense, fit),
    moe: withHost(base.moe, fit),
    promptLayerUs: fit.promptLayerUs ?? base.promptLayerUs,
    promptMoeLayerUs: fit.promptLayerUs ?? base.promptMoeLayerUs,
    firstTokenLagSteps: fit.firstTokenLagSteps ?? base.firstTokenLagSteps,
    frontEndUs: fit.frontEndUs ?? base.frontEndUs,
    frontEndPerTokenUs: fit.frontEndPerTokenUs ?? base.frontEndPerTokenUs,
    handoverUs: fit.handoverUs ?? base.handoverUs,
    kernels: { ...base.kernels, ...kernels },
    notes: [
      ...base.notes,
      typeof evidence?.['summary'] === 'string' ? evidence['summary'] : `Fitted by a user (${fit.name}).`,
    ],
  };
}

function withHost(base: HostOverhead, fit: FittedCalibration): HostOverhead {
  return {
    ...base,
    baseUs: fit.hostBaseUs ?? base.baseUs,
    perSequenceUs: fit.hostPerSequenceUs ?? base.perSequenceUs,
  };
}

const NO_HOST: HostOverhead = { mode: 'add', baseUs: 0, perSequenceUs: 0, tailUs: 0 };

/** The calibration without some corrections: physics with the measured efficiency of kernels alone. */
export function withoutCorrections(calibration: Calibration, without: readonly Correction[]): Calibration {
  const isOut = (correction: Correction): boolean => without.includes(correction);
  return {
    ...calibration,
    ...(isOut('host') ? { dense: NO_HOST, moe: NO_HOST, eagerLayerUs: 0 } : {}),
    ...(isOut('prompt-launch') ? { promptLayerUs: 0, promptMoeLayerUs: 0 } : {}),
    ...(isOut('front-end') ? { frontEndUs: 0, frontEndPerTokenUs: 0 } : {}),
    ...(isOut('first-token-lag') ? { firstTokenLagSteps: 0 } : {}),
    ...(isOut('sampler') ? { sampler: { fixedUs: 0, bytesPerEntry: 0 } } : {}),
    without: [...calibration.without, ...without],
  };
}
