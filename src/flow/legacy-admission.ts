/** Admission without flow control (gate off): only sheddable requests are refused, and nothing is queued. */
import type { Rejection } from '../routing/contract.ts';
import type { InferenceRequest } from '../routing/request.ts';
import { SHED } from './outcome.ts';
import type { SaturationDetector } from './policy.ts';

/**
 * Null to admit. Priority >= 0 is always admitted; below, a saturation of 1 or more over the request's
 * candidates (rows[0 .. count), subset hint applied) sheds it.
 */
export function legacyAdmission(
  request: InferenceRequest,
  rows: Int32Array,
  count: number,
  detector: SaturationDetector,
  nowUs: number,
): Rejection | null {
  if (request.priority >= 0) return null;
  return detector.saturation(rows, count, nowUs) >= 1 ? SHED : null;
}
