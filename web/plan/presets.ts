/** Traffic to start from: a name, a rate and limits that suit it; the traffic itself is in models/workloads. */
import type { Plan } from '../../sim/planner/schema.ts';
import type { SloSpec, WorkloadSpec } from '../../sim/scenario/schema.ts';

export interface PlanPreset {
  /** Of the workload in models/. */
  readonly id: string;
  readonly name: string;
  readonly rateRps: number;
  readonly slo: SloSpec;
}

export const PLAN_PRESETS: readonly PlanPreset[] = [
  {
    id: 'chat',
    name: 'Chat',
    rateRps: 6,
    slo: { ttftMs: { p95: 1500 }, itlMs: { p95: 50 }, attainment: 0.95 },
  },
  {
    id: 'rag',
    name: 'RAG, long prompts',
    rateRps: 5,
    slo: { ttftMs: { p95: 2000 }, itlMs: { p95: 60 }, attainment: 0.95 },
  },
  {
    id: 'coding-agents-short',
    name: 'Agents, many turns',
    rateRps: 1,
    slo: { ttftMs: { p95: 3000 }, itlMs: { p95: 60 }, attainment: 0.9 },
  },
  {
    id: 'azure-2024-code',
    name: 'Code completion',
    rateRps: 8,
    slo: { ttftMs: { p95: 1000 }, itlMs: { p95: 50 }, attainment: 0.95 },
  },
  {
    id: 'batch-summarisation',
    name: 'Batch summaries',
    rateRps: 2,
    slo: { ttftMs: { p95: 30_000 }, itlMs: { p95: 200 }, attainment: 0.9 },
  },
  {
    id: 'mooncake-conversation',
    name: 'Mooncake-like conversations',
    rateRps: 3,
    slo: { ttftMs: { p95: 4000 }, itlMs: { p95: 80 }, attainment: 0.9 },
  },
];

/** The plan for the traffic of a preset; what is searched stays. */
export async function planOfPreset(plan: Plan, preset: PlanPreset): Promise<Plan> {
  const { findWorkloadPreset, presetAtRate } = await import('../../models/workload-presets.ts');
  const workload = presetAtRate(findWorkloadPreset(preset.id), preset.rateRps);
  const own: WorkloadSpec = { ...workload, name: preset.name };
  return { ...plan, name: `plan-${preset.id}`, workload: own, slo: preset.slo };
}
