/** Fleets that are out, in the report's form. */
import type { Rejected, RejectReason, StageName } from './report.ts';
import type { FleetChoice } from './space.ts';

/** A fleet that was run and missed; `worst` is the largest share of a limit that it takes, above 1 where it misses. */
export interface Miss {
  readonly choice: FleetChoice;
  readonly worst: number;
  readonly rejected: Rejected;
}

/** A rejection. */
export function reject(
  choice: FleetChoice,
  stage: StageName,
  reason: RejectReason,
  detail: string,
): Rejected {
  const { name, gpus, costPerHour } = choice;
  return { fleet: name, gpus, costPerHour, reason, detail, stage };
}
