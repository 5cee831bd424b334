/** The refusals of scheduling: status, code, reason and message of each (router specification 1.3, 1.5). */
import type { Rejection } from './contract.ts';

export const NO_ENDPOINTS: Rejection = {
  status: 503,
  code: 'ServiceUnavailable',
  message: 'failed to find candidate endpoints for serving the request',
  reason: 'rejected-no-endpoints',
};

/** Filters left nothing, which upstream takes for saturation whatever the filter was. */
export const ALL_FILTERED: Rejection = {
  status: 429,
  code: 'ResourceExhausted',
  message: 'failed to find target endpoint: no endpoint left after filtering',
  reason: 'rejected-saturated',
};

export const NO_DECODE_WORKERS: Rejection = {
  status: 429,
  code: 'ResourceExhausted',
  message: 'failed to find available decode workers',
  reason: 'rejected-saturated',
};

/** The profile handler ran no profile, e.g. because the header names none that is configured. */
export const NO_PROFILE: Rejection = {
  status: 429,
  code: 'ResourceExhausted',
  message: 'failed to find target endpoint: no profile was run',
  reason: null,
};

/** `Prefer: if-available`, and the endpoint holds nothing of the prompt. */
export const NOT_AVAILABLE: Rejection = {
  status: 412,
  code: 'PreconditionFailed',
  message: 'no cached prefix on the selected endpoint',
  reason: null,
};

/** Denial by an admitter; upstream answers 500 whatever the plugin says. */
export function admitterDenial(why: string): Rejection {
  return { status: 500, code: 'Internal', message: `request cannot be admitted: ${why}`, reason: null };
}
