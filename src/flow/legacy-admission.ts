/** Admission without flow control (gate off): only sheddable requests are refused, and nothing is queued. */
import type { Rejection } from '../routing/contract.ts';
import type { InferenceRequest } from '../routing/request.ts';
import { SHED } from './outcome.ts';
import type { PoolSignals, SaturationDetector } from './policy.ts';

/**
 * Null to admit. Priority >= 0 is always admitted; below, a saturation of 1 or more over the request's candidates
 * (`rows`, subset hint applied) sheds it.
 */
export function legacyAdmission(
  request: InferenceRequest,
  rows: Int32Array,
  detector: SaturationDetector,
  signals: PoolSignals,
  nowUs: number,
): Rejection | null {
  if (request.priority >= 0) return null;
  return detector.saturation(signals, rows, nowUs) >= 1 ? SHED : null;
}
