/** The comparison that the page starts with, out of the scenario file; shared by the page and by its build. */
import type { Comparison } from '../../sim/scenario/schema.ts';

/** Requests per run: an answer within a second. */
const REQUESTS = 800;

export const FIRST_SEEDS = 3;

/** Without further workloads, which the form has no fields for. */
export function firstComparison({ workloads: _workloads, ...document }: Comparison): Comparison {
  return { ...document, run: { ...document.run, requests: REQUESTS } };
}
