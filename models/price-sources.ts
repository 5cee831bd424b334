/**
 * Sources that the price files share; `date` is the day of the quote where known, else the day it was read.
 */
import type { Source } from './schema.ts';

export const DATA_RECEIPTS: Source = {
  ref: 'datareceipts/data-receipts 109-gpu-pricing (AWS and Azure price APIs, vendor pages)',
  date: '2026-11-09',
};
export const AWS_LISTING: Source = {
  ref: 'AWS on-demand list in public code, checked against Cost Explorer; 2026, day unknown',
  date: '2026-11-22',
};
export const DSTACK: Source = {
  ref: 'https://github.com/dstackai/dstack/pull/4110 (offers)',
  date: '2026-08-06',
};
export const DSTACK_G4: Source = {
  ref: 'https://github.com/dstackai/dstack/pull/3213 (offers)',
  date: '2025-10-22',
};
export const COREWEAVE: Source = {
  ref: 'api-evangelist/coreweave plans (coreweave.com/pricing)',
  date: '2026-09-20',
};
export const LAMBDA: Source = {
  ref: 'api-evangelist/lambda-labs plans (lambda.ai/instances)',
  date: '2026-09-20',
};
export const CRUSOE: Source = { ref: 'api-evangelist/crusoe plans', date: '2026-09-20' };
export const NEBIUS: Source = { ref: 'api-evangelist/nebius plans (nebius.com/prices)', date: '2026-10-07' };
export const HYPERSTACK: Source = {
  ref: 'api-evangelist/nexgen-cloud plans (hyperstack.cloud/gpu-pricing)',
  date: '2026-08-26',
};
export const RUNPOD: Source = { ref: 'api-evangelist/runpod plans', date: '2026-10-07' };
export const SILYBENCH: Source = {
  ref: 'tgarg01/silybench-data derived/cost.json (market median)',
  date: '2026-10-19',
};
export const SKYPILOT: Source = {
  ref: 'skypilot-org/skypilot-catalog catalogs/v8/nebius@0082b04; second half of 2025',
  date: '2026-11-22',
};
export const PUBLIC_CODE: Source = {
  ref: 'tables in public code; 2025 or 2026, day unknown',
  date: '2026-11-22',
};
export const GPUHUNT_TPU: Source = { ref: 'dstackai/gpuhunt@3584151 tpu_pricing.json', date: '2024-12-23' };
export const AWS_CAPACITY_BLOCKS: Source = {
  ref: 'AWS capacity block quotes in public code; 2026, day unknown',
  date: '2026-11-22',
};
export const SEMIANALYSIS_TCO: Source = {
  ref: 'SemiAnalysisAI/InferenceX-app@77ca49a constants.ts (cloud cost model, survey of 2025-08)',
  date: '2026-11-22',
};
