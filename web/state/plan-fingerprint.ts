/** What an answer to a plan says, without what depends on the machine; equal wherever the plan is searched by one engine. */
import type { PlanReport } from '../../sim/planner/report.ts';
import { hashOf } from './hash.ts';

export function planFingerprint({ candidates }: Pick<PlanReport, 'candidates'>): string {
  return hashOf(JSON.stringify(candidates));
}
