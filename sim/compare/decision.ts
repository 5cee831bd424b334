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

/** The decision in words: one line to read first. What each fleet measures by is in the tables. */
export function decisionSentence(fleets: readonly FleetOutcome[], { best, tied }: Choice): string {
  if (fleets.every((fleet) => fleet.report.slo.verdict === 'none')) return withoutSlo(fleets);
  const taken = best === null ? tied : [best];
  const others = standings(
    fleets.filter((fleet) => !taken.includes(fleet)),
    taken[0],
  );
  if (tied.length > 0) return `${[tieWords(tied), ...others].join('; ')}.`;
  if (best === null) return `No fleet is shown to meet the SLO: ${others.join('; ')}.`;
  const lead = `${best.letter} meets the SLO for ${costWords(best)}`;
  return `${[lead, ...others].join('; ')}.`;
}

/** `A and B both meet the SLO for $20.00/h, no difference shown`. */
function tieWords(tied: readonly FleetOutcome[], where = ''): string {
  const all = tied.length === 2 ? 'both' : 'all';
  const costs = tied.map(costWords);
  const cost = new Set(costs).size === 1 ? costs[0]! : listed(costs);
  return `${listed(lettersOf(tied))} ${all} meet the SLO${where} for ${cost}, no difference shown`;
}

/** `A`, `A and B`, `A, B and C`. */
function listed(words: readonly string[]): string {
  return words.length === 1 ? words[0]! : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

function lettersOf(fleets: readonly FleetOutcome[]): string[] {
  return fleets.map((fleet) => fleet.letter);
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

/** The other fleets, those of one kind in one clause: what meets it too, what fails by which limit, what is open. */
function standings(others: readonly FleetOutcome[], best: FleetOutcome | undefined): string[] {
  const clauses = new Map<string, FleetOutcome[]>();
  for (const fleet of others) {
    const key = standingOf(fleet);
    clauses.set(key, [...(clauses.get(key) ?? []), fleet]);
  }
  return [...clauses.values()].map((fleets) => standingWords(fleets, best));
}

/** What fleets of one clause have in common: verdict and, unless it is kept, the limit; at one cost, or each its own. */
function standingOf(fleet: FleetOutcome): string {
  const { slo } = fleet.report;
  if (slo.verdict === 'meets') return `meets ${costWords(fleet)}`;
  return `${slo.verdict} ${worstCheck(slo.checks)?.metric ?? ''}`;
}

function standingWords(fleets: readonly FleetOutcome[], best: FleetOutcome | undefined): string {
  const { slo } = fleets[0]!.report;
  const who = listed(lettersOf(fleets));
  const isOne = fleets.length === 1;
  if (slo.verdict === 'meets') {
    const does = `${who} ${isOne ? 'does' : 'do'} too`;
    const cost = costWords(fleets[0]!);
    if (best === undefined || cost !== costWords(best)) return `${does} for ${cost}`;
    // At equal cost it is the share of requests within the SLO that decides.
    return `${does}, with ${listed(fleets.map(withinWords))} of requests within it against ${withinWords(best)}`;
  }
  const worst = fleets.flatMap(({ report }) => worstCheck(report.slo.checks) ?? []);
  const words = worst.length < fleets.length ? 'the SLO' : checksWords(worst);
  return slo.verdict === 'fails'
    ? `${who} ${isOne ? 'fails' : 'fail'} ${words}`
    : `${who} cannot be told with these seeds (${words})`;
}

function withinWords({ report }: FleetOutcome): string {
  return formatFigure(report.slo.attainment, 'share');
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
  return checksWords([check]);
}

/** Several fleets' values of one check: `TTFT p95 1.40 s and 2.10 s against 1.00 s`. */
function checksWords(checks: readonly SloCheck[]): string {
  const { metric, limit } = checks[0]!;
  const unit = findFigure(metric)?.unit ?? (isFloor(metric) ? 'share' : 'ms');
  const values = checks.map(({ value }) => formatFigure(value, unit));
  return `${checkLabel(metric)} ${listed(values)} against ${formatFigure(limit, unit)}`;
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
