/** Everything that edits run, one entry per screen that runs something. */
import { comparisonRun } from './comparison-run.ts';
import { gridRun } from './grid-run.ts';
import { inspectRun } from './inspect-run.ts';
import { labRun } from './lab-run.ts';
import { loadRun } from './load-run.ts';
import { planRun } from './plan-run.ts';
import { whyRun } from './why-run.ts';

export const RUNS = [comparisonRun, planRun, inspectRun, labRun, whyRun, loadRun, gridRun] as const;
