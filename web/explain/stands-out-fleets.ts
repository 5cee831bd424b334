/** What stands out of charts that hold fleets against each other, in a sentence or two each. */
import { max, mean } from 'd3-array';
import { checkLabel } from '../../sim/compare/decision.ts';
import { figureValue } from '../../sim/metrics/figures.ts';
import type { WindowQuantiles } from '../../sim/metrics/over-time.ts';
import { quantileMs, shareWithin } from '../charts/cdf-data.ts';
import { amountText, dollarText, figureText, intervalText, percentText } from '../format.ts';
import type { ChartData } from './about.ts';

const ms = (value: number): string => figureText(value, 'ms');

/** One of several, or nothing to say. */
const bestBy = <T>(all: readonly T[], value: (one: T) => number): T | undefined =>
  [...all].sort((a, b) => value(a) - value(b))[0];

export function distribution({ lines, limitMs }: ChartData['distribution']): string[] {
  const known = lines.flatMap(({ letter, curve }) => {
    const [p50, p95] = [quantileMs(curve, 0.5), quantileMs(curve, 0.95)];
    return p50 === null || p95 === null ? [] : [{ letter, curve, p50, p95 }];
  });
  const fastest = bestBy(known, ({ p95 }) => p95);
  const slowest = bestBy(known, ({ p95 }) => -p95);
  if (fastest === undefined || slowest === undefined) return [];
  const said: string[] = [];
  if (known.length === 1)
    said.push(
      `Half take at most ${ms(fastest.p50)}, 95 of 100 at most ${ms(fastest.p95)}: ${times(fastest.p95 / fastest.p50)} as long.`,
    );
  else {
    said.push(
      `At p95 ${fastest.letter} is fastest, ${ms(fastest.p95)}, and ${slowest.letter} slowest, ${ms(slowest.p95)}.`,
    );
    const median = bestBy(known, ({ p50 }) => p50)!;
    if (median.letter !== fastest.letter)
      said.push(
        `For the faster half it is ${median.letter}, with a median of ${ms(median.p50)}: curves cross.`,
      );
  }
  if (limitMs !== null) {
    const shares = known.map(({ letter, curve }) => `${letter} ${percentText(shareWithin(curve, limitMs)!)}`);
    said.push(`Within ${ms(limitMs)}: ${shares.join(', ')}.`);
  }
  return said;
}

/** A wait that grows by this factor from the second third of a run to its last one is said to pile up. */
const PILES_UP = 1.5;

export function overTime({ lines, metric }: ChartData['overTime']): string[] {
  const drifts = lines.flatMap(({ letter, overTime }) => {
    const windows = overTime[metric];
    const third = (from: number): number | undefined =>
      mean(thirdOf(windows, from).flatMap((one) => (one === null ? [] : [one.p95])));
    const [before, after] = [third(1), third(2)];
    return before === undefined || after === undefined ? [] : [{ letter, before, after }];
  });
  const worst = bestBy(drifts, ({ before, after }) => before / after);
  if (worst === undefined) return ['Too few requests to say how waits develop.'];
  const grows = worst.after / worst.before > PILES_UP;
  const lost = lines.map(({ letter, overTime }) => ({ letter, count: sum(overTime.lost) }));
  const most = bestBy(lost, ({ count }) => -count)!;
  return [
    grows
      ? `${worst.letter} falls behind: its p95 grows from ${ms(worst.before)} in the middle third of the run to ${ms(worst.after)} in the last one. Its percentiles depend on how long the run is.`
      : 'No fleet falls behind: waits in the last third of the run are like those in the middle one.',
    ...(most.count === 0 ? [] : [`${most.letter} left ${most.count} requests unanswered.`]),
  ];
}

function thirdOf(windows: readonly WindowQuantiles[], from: number): readonly WindowQuantiles[] {
  const third = windows.length / 3;
  return windows.slice(Math.floor(from * third), Math.floor((from + 1) * third));
}

export function phases({ parts, bars }: ChartData['phases']): string[] {
  const longest = bestBy(bars, ({ values }) => -sum(values));
  const shortest = bestBy(bars, ({ values }) => sum(values));
  if (longest === undefined || shortest === undefined) return [];
  const [place, value] = largest(longest.values);
  const share = percentText(value / Math.max(sum(longest.values), Number.MIN_VALUE));
  return [
    `Longest is ${longest.label}: ${ms(sum(longest.values))} on average, ${share} of it ${parts[place]!.name}.`,
    ...(longest === shortest
      ? []
      : [
          `Shortest is ${shortest.label}: ${ms(sum(shortest.values))}, ${ms(shortest.values[place]!)} of it ${parts[place]!.name}.`,
        ]),
  ];
}

export function busy({ parts, bars }: ChartData['busy']): string[] {
  const idle = parts.length - 1;
  const busiest = bestBy(bars, ({ values }) => values[idle]!);
  const idlest = bestBy(bars, ({ values }) => -values[idle]!);
  if (busiest === undefined || idlest === undefined) return [];
  const [place] = largest(busiest.values.slice(0, idle));
  const said = `${busiest.label} is busiest, ${percentText(1 - busiest.values[idle]!)} of the time, most of it with ${parts[place]!.name}`;
  return [
    busiest === idlest
      ? `${said}.`
      : `${said}; ${idlest.label} is idle ${percentText(idlest.values[idle]!)} of the time.`,
  ];
}

export function figure({ figure: { path, unit, digits, better }, fleets }: ChartData['figure']): string[] {
  const known = fleets.flatMap(({ letter, report }) => {
    const value = figureValue(report, path);
    return value === null ? [] : [{ letter, value, interval: report.intervals[path] }];
  });
  const low = bestBy(known, ({ value }) => value);
  const high = bestBy(known, ({ value }) => -value);
  if (low === undefined || high === undefined || low === high) return [];
  const text = ({ letter, value, interval }: typeof low): string =>
    `${letter}, ${intervalText(value, unit, interval, digits)}`;
  const best = better === null ? '' : `; the ${better} the better`;
  const overlap = (high.interval?.low ?? high.value) <= (low.interval?.high ?? low.value);
  return [
    `Lowest is ${text(low)}, highest ${text(high)}${best}.`,
    ...(overlap ? ['Their intervals overlap: look at the paired difference.'] : []),
  ];
}

export function scatter({ points, x, y }: ChartData['cost']): string[] {
  const meeting = points.filter(({ isHollow }) => isHollow !== true);
  const all = meeting.length > 0 ? meeting : points;
  const cheapest = bestBy(all, (point) => point.x);
  const fastest = bestBy(all, (point) => point.y);
  if (cheapest === undefined || fastest === undefined) return [];
  const beaten = all.filter((one) => all.some((other) => other.x < one.x && other.y < one.y));
  const text = (point: typeof cheapest): string => `${point.name}: ${x(point.x)}, ${y(point.y)}`;
  return [
    cheapest === fastest
      ? `Cheapest and fastest at once is ${text(cheapest)}.`
      : x(cheapest.x) === x(fastest.x)
        ? `Fastest is ${text(fastest)}; none is cheaper by more than can be read.`
        : `Cheapest is ${text(cheapest)}. Fastest is ${text(fastest)}.`,
    ...(meeting.length === 0 && points.some(({ isHollow }) => isHollow) ? ['None meets the SLO.'] : []),
    ...(beaten.length === 0
      ? []
      : [`Another is both cheaper and faster than ${beaten.length} of ${all.length}.`]),
  ];
}

export function grid({ cells, grid: { tps } }: ChartData['grid']): string[] {
  const goodput = ({ outcome }: (typeof cells)[number]): number =>
    outcome === null ? 0 : (figureValue(outcome.report, 'slo.goodputRps') ?? 0);
  const best = bestBy(cells, (cell) => -goodput(cell));
  if (best === undefined || goodput(best) === 0) return [];
  const built = cells.filter(({ outcome }) => outcome !== null).length;
  const rows = tps.map((tp) => {
    const own = bestBy(
      cells.filter((cell) => cell.tp === tp),
      (cell) => -goodput(cell),
    )!;
    return `TP${tp} ${figureText(goodput(own), 'perS')}`;
  });
  return [
    `${best.fleet.name} serves most within the SLO, ${figureText(goodput(best), 'perS')}. The best of each row: ${rows.join(', ')}.`,
    ...(built < cells.length ? [`${cells.length - built} of ${cells.length} cannot be built.`] : []),
  ];
}

export function load({ lines }: ChartData['load']): string[] {
  const known = lines.flatMap(({ letter, knee }) => (knee === null ? [] : [{ letter, ...knee }]));
  const best = bestBy(known, ({ rps }) => -rps);
  const least = bestBy(known, ({ rps }) => rps);
  if (best === undefined || least === undefined) return ['Without an SLO there is no knee.'];
  const text = ({ letter, rps, isLowerBound }: typeof best): string =>
    rps === 0
      ? `${letter} at no load that was tried`
      : `${letter} up to ${isLowerBound ? 'at least ' : ''}${figureText(rps, 'perS')}`;
  return [`The SLO is kept by ${best === least ? text(best) : `${text(best)}, by ${text(least)}`}.`];
}

export function demand({ capacities, usdPerToken }: ChartData['demand']): string[] {
  const perMillion = ({ usdPerDay, tokensPerDay }: (typeof capacities)[number]): number =>
    (usdPerDay / tokensPerDay) * 1e6;
  const best = bestBy(capacities, perMillion);
  if (best === undefined) return [];
  const full = `Full, ${best.letter} is cheapest: ${dollarText(perMillion(best))} for a million tokens, at ${amountText(best.tokensPerDay)} a day.`;
  if (usdPerToken === null) return [full];
  return [full, `The API charges ${dollarText(usdPerToken * 1e6)}, at any demand.`];
}

export function tornado({ tornado, metric, fleets, tornadoOf, flips }: ChartData['tornado']): string[] {
  const widest = bestBy(tornado, ({ swing }) => -(swing ?? 0));
  const base = fleets.find(({ fleet }) => fleet === tornadoOf)?.figures[metric] ?? null;
  if (widest === undefined || widest.swing === null || base === null || base === 0) return [];
  const changing = flips.filter(({ up, down }) => up !== null || down !== null).length;
  return [
    `${widest.label} matters most: between its two ends lies ${percentText(Math.abs(widest.swing / base))} of ${checkLabel(metric)}.`,
    changing === 0
      ? 'No input changes the decision as far as was looked.'
      : `${changing} of ${flips.length} inputs change the decision somewhere.`,
  ];
}

function largest(values: readonly number[]): [place: number, value: number] {
  const value = max(values) ?? 0;
  return [values.indexOf(value), value];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function times(factor: number): string {
  return `${Number(factor.toPrecision(2))} times`;
}
