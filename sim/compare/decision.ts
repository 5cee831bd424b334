/**
 * Which fleet to take, in one sentence: the cheapest that meets the SLO, what the others would cost, and what the failing
 * ones fail by most.
 */
import { findFigure } from '../metrics/figures.ts';
import { formatFigure } from '../metrics/format-figure.ts';
import type { Interval, SloCheck } from '../metrics/report.ts';
import { isFloor } from '../metrics/slo.ts';
import type { ComparisonReport, FleetOutcome, WorkloadComparison } from './comparison-report.ts';

/** What there is to choose: one fleet, several that nothing tells apart, or (both empty) none that meets the SLO. */
export interface Choice {
  readonly best: FleetOutcome | null;
  /** Two or more fleets that meet the SLO and are not distinguished; empty where there is a best one. */
  readonly tied: readonly FleetOutcome[];
}

/**
 * The cheapest fleet that meets the SLO; among those of a cost that is not distinguished, the one with most requests within
 * the SLO. Figures are distinguished where they differ and their intervals over seeds do not overlap; an attainment of a
 * single seed distinguishes nothing.
 */
export function chooseFleet(fleets: readonly FleetOutcome[]): Choice {
  const meeting = fleets.filter(({ report }) => report.slo.verdict === 'meets');
  if (meeting.length === 0) return { best: null, tied: [] };
  const cost = costOf(fleets);
  const cheapest = leastOf(meeting, (fleet) => cost(fleet).value);
  const cheap = meeting.filter((fleet) => fleet === cheapest || !areDistinct(cost(fleet), cost(cheapest)));
  const within = ({ report }: FleetOutcome): Measured => ({
    value: report.slo.attainment ?? 0,
    interval: report.intervals['slo.attainment'] ?? null,
  });
  const surest = leastOf(cheap, (fleet) => -within(fleet).value);
  const tied = cheap.filter(
    (fleet) =>
      fleet === surest || within(fleet).interval === null || !areDistinct(within(fleet), within(surest)),
  );
  return tied.length === 1 ? { best: surest, tied: [] } : { best: null, tied };
}

interface Measured {
  readonly value: number;
  readonly interval: Interval | null;
}

function areDistinct(a: Measured, b: Measured): boolean {
  if (a.value === b.value) return false;
  if (a.interval === null || b.interval === null) return true;
  return a.interval.low > b.interval.high || b.interval.low > a.interval.high;
}

/** USD per hour; GPUs where some fleet has no price. */
function costOf(fleets: readonly FleetOutcome[]): (fleet: FleetOutcome) => Measured {
  const isPriced = fleets.every(({ report }) => report.cost.perHour !== null);
  return ({ report, gpus }) =>
    isPriced
      ? { value: report.cost.perHour!, interval: report.intervals['cost.perHour'] ?? null }
      : { value: gpus, interval: null };
}

function leastOf(fleets: readonly FleetOutcome[], of: (fleet: FleetOutcome) => number): FleetOutcome {
  return fleets.reduce((least, fleet) => (of(fleet) < of(least) ? fleet : least));
}

/** The decision in words. */
export function decisionSentence(fleets: readonly FleetOutcome[], { best, tied }: Choice): string {
  if (fleets.every((fleet) => fleet.report.slo.verdict === 'none')) return withoutSlo(fleets);
  const others = fleets.filter((fleet) => fleet !== best && !tied.includes(fleet)).map(standing);
  if (tied.length > 0) return `${[tieWords(tied), ...others].join('; ')}.`;
  if (best === null) return `No fleet is shown to meet the SLO: ${others.join('; ')}.`;
  const lead = `${best.letter} meets the SLO for ${costWords(best)}`;
  return `${[lead, ...others].join('; ')}.`;
}

function tieWords(tied: readonly FleetOutcome[], where = ''): string {
  const each = tied.map(
    (fleet) =>
      `${fleet.letter} for ${costWords(fleet)} with ${formatFigure(fleet.report.slo.attainment, 'share')} within SLO`,
  );
  return `${listed(tied)} are not distinguished: all meet the SLO${where}, ${each.join(', ')}`;
}

function listed(fleets: readonly FleetOutcome[]): string {
  const letters = fleets.map((fleet) => fleet.letter);
  return `${letters.slice(0, -1).join(', ')} and ${letters.at(-1)}`;
}

/** The decision over all workloads: the cheapest of the fleets that meet the SLO under each. */
export function overallDecision(
  workloads: readonly WorkloadComparison[],
): Pick<ComparisonReport, 'best' | 'tied' | 'sentence'> {
  const first = workloads[0]!;
  if (workloads.length === 1) return { best: first.best, tied: first.tied, sentence: first.sentence };
  const everywhere = first.fleets.filter((_, i) =>
    workloads.every(({ fleets }) => fleets[i]!.report.slo.verdict === 'meets'),
  );
  const { best, tied } = chooseFleet(everywhere);
  const count = workloads.length === 2 ? 'both' : `all ${workloads.length}`;
  const where = ` under ${count} workloads`;
  if (tied.length > 0) {
    return { best: null, tied: tied.map((fleet) => fleet.name), sentence: `${tieWords(tied, where)}.` };
  }
  if (best === null) return { best: null, tied: [], sentence: `No fleet is shown to meet the SLO${where}.` };
  const others = everywhere
    .filter((fleet) => fleet !== best)
    .map((fleet) => `${fleet.letter} for ${costWords(fleet)}`);
  const also = others.length === 0 ? 'no other fleet does' : `so does ${others.join(', and ')}`;
  return {
    best: best.name,
    tied: [],
    sentence: `${best.letter} meets the SLO${where} for ${costWords(best)}; ${also}.`,
  };
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
  const unit = figure?.unit ?? (isFloor(check.metric) ? 'share' : 'ms');
  const label = figure?.label ?? checkLabel(check.metric);
  return `${label} ${formatFigure(check.value, unit)} against ${formatFigure(check.limit, unit)}`;
}

/** Label of a checked metric that no figure has, e.g. `TTFT p99.9`. */
export function checkLabel(metric: string): string {
  const figure = findFigure(metric);
  if (figure !== undefined) return figure.label;
  if (metric.startsWith('classes.')) {
    const [, name, ...rest] = metric.split('.');
    return `${name} ${rest[0] === 'attainment' ? 'within SLO' : checkLabel(rest.join('.'))}`;
  }
  const [name, ...statistic] = metric.split('.');
  return `${name!.replace(/Ms$/, '').toUpperCase()} ${statistic.join('.')}`;
}
