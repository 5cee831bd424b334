/** The plan's answer in words: one sentence for the top of the page, and labels for reasons and constraints. */
import { checkLabel } from '../../sim/compare/decision.ts';
import { formatFigure } from '../../sim/metrics/format-figure.ts';
import type { Candidate, PlanReport, Rejected, RejectReason } from '../../sim/planner/report.ts';

/** The decision: what to rent, and what gives first. */
export function planSentence(report: PlanReport): string {
  const best = report.candidates[0];
  if (best === undefined) return infeasibleSentence(report);
  const cost = best.costPerHour === null ? '' : ` for ${formatFigure(best.costPerHour, 'usdPerHour')}`;
  const ties = report.candidates.filter((one) => one.rank === best.rank).length - 1;
  const shared = ties > 0 ? ` (level with ${ties === 1 ? 'one more fleet' : `${ties} more fleets`})` : '';
  return `${shortFleet(best.fleet)} meets the SLO${cost} on ${best.gpus} GPUs${shared}; ${firstToGive(best)}`;
}

/** Shape and GPU; what a name says of the engine stands in the table. */
export function shortFleet(name: string): string {
  const [shape, gpu] = name.split(' · ');
  return gpu === undefined ? name : `${shape} on ${gpu}`;
}

function infeasibleSentence({ nearestMisses, relaxations }: PlanReport): string {
  const least = relaxations[0];
  if (least !== undefined) {
    return `No fleet of this plan is shown to meet the SLO; ${constraintLabel(least.constraint)} of ${amount(least.constraint, least.to)} instead of ${amount(least.constraint, least.from)} would let ${shortFleet(least.fleet)} through`;
  }
  const near = nearestMisses[0];
  if (near === undefined) return 'No fleet of this plan can be built: see why below';
  return `No fleet of this plan is shown to meet the SLO; nearest is ${shortFleet(near.fleet)}: ${near.detail}`;
}

/** What is closest to its limit; how much more load that is stands in the table. */
function firstToGive({ binding }: Candidate): string {
  const left = formatFigure(binding.slack, 'share', 2);
  return `${constraintLabel(binding.constraint)} gives first, with ${left} left`;
}

const CONSTRAINTS: Readonly<Record<string, string>> = {
  'budget.maxGpus': 'the GPU budget',
  'budget.maxCostPerHour': 'the cost budget',
  'budget.maxPowerW': 'the power budget',
  'workload.rate': 'the rate',
};

/** `slo.ttftMs.p95` is TTFT p95. */
export function constraintLabel(constraint: string): string {
  return CONSTRAINTS[constraint] ?? checkLabel(constraint.replace(/^slo\.(?!attainment)/, ''));
}

/** The value of a constraint with its unit. */
export function amount(constraint: string, value: number): string {
  if (constraint === 'workload.rate') return `${(value * 100).toFixed(0)} % of what is asked`;
  if (constraint === 'budget.maxGpus') return `${value} GPUs`;
  if (constraint === 'budget.maxCostPerHour') return formatFigure(value, 'usdPerHour');
  if (constraint === 'budget.maxPowerW') return `${value} W`;
  return formatFigure(value, constraint.endsWith('attainment') ? 'share' : 'ms');
}

const REASONS: Partial<Record<RejectReason, string>> = {
  memory: 'does not fit in memory',
  topology: 'no such topology',
  engine: 'not supported by the engine',
  budget: 'beyond the budget',
  noPrice: 'no price known',
  noSpare: 'no worker to spare',
  lowerBound: 'misses even at its lower bound',
  missesInScreen: 'misses in a short run',
  missesSlo: 'misses the SLO',
  notShown: 'not shown within the seeds',
  failsWithoutWorkers: 'fails once a worker is lost',
  failsWithGrowth: 'fails at the growth rate',
  dearer: 'dearer than the answers, not run',
};

export function reasonLabel(reason: string): string {
  return REASONS[reason as RejectReason] ?? reason;
}

/** Details that say by themselves what the reason is. */
const WHOLE: ReadonlySet<string> = new Set(['missesSlo', 'notShown']);

/** Why a fleet is out, in one line. */
export function whyNot({ reason, detail }: Pick<Rejected, 'reason' | 'detail'>): string {
  return WHOLE.has(reason) ? detail.replace(/^is /, '') : `${reasonLabel(reason)}: ${detail}`;
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
