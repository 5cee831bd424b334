/** The result that is shown, and whether it belongs to the scenario as it stands. */
import type { ComparisonResult } from '../../sim/worker/api.ts';
import { cachedResult, useRun } from '../state/run-store.ts';

export interface ShownResult {
  readonly result: ComparisonResult;
  readonly isCurrent: boolean;
}

export function useResult(): ShownResult | null {
  const shownKey = useRun((state) => state.shownKey);
  const isCurrent = useRun((state) => state.isCurrent);
  const result = shownKey === null ? undefined : cachedResult(shownKey);
  return result === undefined ? null : { result, isCurrent };
}
