/** The files that deploy a fleet: a chunk of the worker that is loaded when somebody asks for them. */

import type { ExportSource } from '../../sim/export/target.ts';
import { EXPORT_TARGETS, exportTarget } from '../../sim/export/targets.ts';
import { ConfigError, describeProblem } from '../../src/core/check.ts';
import type { Choice, ExportOutcome } from './api.ts';

export function targetChoices(): readonly Choice[] {
  return EXPORT_TARGETS.map(({ name, summary }) => ({ id: name, name: summary }));
}

/** What a target makes of a scenario; a target that has nothing for it says why. */
export function exported(target: string, source: ExportSource): ExportOutcome {
  try {
    return { status: 'done', ...exportTarget(target).make(source) };
  } catch (error) {
    if (error instanceof ConfigError)
      return { status: 'refused', reasons: error.problems.map(describeProblem) };
    throw error;
  }
}
