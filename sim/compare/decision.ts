/**
 * Which fleet to take, in one sentence: the cheapest that meets the SLO, what the others would cost, and what the failing
 * ones fail by most.
 */
import { findFigure } from '../metrics/figures.ts';
import { formatFigure } from '../metrics/format-figure.ts';
import type { SloCheck } from '../metrics/report.ts';
import type { ComparisonReport, FleetOutcome, WorkloadComparison } from './comparison-report.ts';

/** Cheapest fleet that meets the SLO; at equal cost the one with more requests within the SLO, then the first. */
export function bestFleet(fleets: readonly FleetOutcome[]): FleetOutcome | null {
  let best: FleetOutcome | null = null;
  for (const fleet of fleets) {
    if (fleet.report.slo.verdict !== 'meets') continue;
    if (best === null || isPreferred(fleet, best, fleets)) best = fleet;
  }
  return best;
}

/** The decision in words. */
export function decisionSentence(fleets: readonly FleetOutcome[], best: FleetOutcome | null): string {
  if (fleets.every((fleet) => fleet.report.slo.verdict === 'none')) return withoutSlo(fleets);
  const others = fleets.filter((fleet) => fleet !== best).map((fleet) => standing(fleet));
  if (best === null) return `No fleet is shown to meet the SLO: ${others.join('; ')}.`;
  const lead = `${best.letter} meets the SLO for ${costWords(best)}`;
  return `${[lead, ...others].join('; ')}.`;
}

/** The decision over all workloads: the cheapest of the fleets that meet the SLO under each. */
export function overallDecision(
  workloads: readonly WorkloadComparison[],
): Pick<ComparisonReport, 'best' | 'sentence'> {
  const first = workloads[0]!;
  if (workloads.length === 1) return { best: first.best, sentence: first.sentence };
  const everywhere = first.fleets.filter((_, i) =>
    workloads.every(({ fleets }) => fleets[i]!.report.slo.verdict === 'meets'),
  );
  const best = bestFleet(everywhere);
  const count = workloads.length === 2 ? 'both' : `all ${workloads.length}`;
  if (best === null)
    return { best: null, sentence: `No fleet is shown to meet the SLO under ${count} workloads.` };
  const others = everywhere
    .filter((fleet) => fleet !== best)
    .map((fleet) => `${fleet.letter} for ${costWords(fleet)}`);
  const also = others.length === 0 ? 'no other fleet does' : `so does ${others.join(', and ')}`;
  return {
    best: best.name,
    sentence: `${best.letter} meets the SLO under ${count} workloads for ${costWords(best)}; ${also}.`,
  };
}

function isPreferred(fleet: FleetOutcome, best: FleetOutcome, fleets: readonly FleetOutcome[]): boolean {
  const isPriced = fleets.every(({ report }) => report.cost.perHour !== null);
  const cost = (of: FleetOutcome): number => (isPriced ? of.report.cost.perHour! : of.gpus);
  if (cost(fleet) !== cost(best)) return cost(fleet) < cost(best);
  return (fleet.report.slo.attainment ?? 0) > (best.report.slo.attainment ?? 0);
}

function withoutSlo(fleets: readonly FleetOutcome[]): string {
  const costs = fleets.map((fleet) => `${fleet.letter} costs ${costWords(fleet)}`);
  return `There is no SLO to choose by: ${costs.join('; ')}.`;
}

function costWords(fleet: FleetOutcome): string {
  const { perHour } = fleet.report.cost;
  const gpus = `${fleet.gpus} GPU${fleet.gpus === 1 ? '' : 's'}`;
  return perHour === null ? `${gpus} (no price known)` : formatFigure(perHour, 'usdPerHour');
}

function standing(fleet: FleetOutcome): string {
  const { slo } = fleet.report;
  if (slo.verdict === 'meets') {
    const within = formatFigure(slo.attainment, 'share');
    return `${fleet.letter} meets it too for ${costWords(fleet)} with ${within} within SLO`;
  }
  const worst = worstCheck(slo.checks);
  const words = worst === null ? 'the SLO' : checkWords(worst);
  return slo.verdict === 'fails'
    ? `${fleet.letter} fails ${words}`
    : `${fleet.letter} cannot be told with these seeds (${words})`;
}

/** The failing (or else undecided) check that is furthest from its limit, relative to the limit. */
function worstCheck(checks: readonly SloCheck[]): SloCheck | null {
  const hasFailed = checks.some((check) => check.verdict === 'fails');
  let worst: SloCheck | null = null;
  let worstExcess = Number.NEGATIVE_INFINITY;
  for (const check of checks) {
    if (check.verdict !== (hasFailed ? 'fails' : 'cannotTell')) continue;
    const excess = check.value === null ? 0 : Math.abs(check.value - check.limit) / check.limit;
    if (excess > worstExcess) {
      worst = check;
      worstExcess = excess;
    }
  }
  return worst;
}

/** A check in words: `TTFT p95 1.40 s against 1.00 s`. */
export function checkWords(check: SloCheck): string {
  const figure = findFigure(check.metric);
  const unit = figure?.unit ?? 'ms';
  const label = figure?.label ?? checkLabel(check.metric);
  return `${label} ${formatFigure(check.value, unit)} against ${formatFigure(check.limit, unit)}`;
}

/** Label of a checked metric that no figure has, e.g. `TTFT p99.9`. */
export function checkLabel(metric: string): string {
  const figure = findFigure(metric);
  if (figure !== undefined) return figure.label;
  const [name, ...statistic] = metric.split('.');
  return `${name!.replace(/Ms$/, '').toUpperCase()} ${statistic.join('.')}`;
}
