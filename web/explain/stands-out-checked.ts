/** What stands out of charts that hold results against other seeds, or against measurements. */
import { mean } from 'd3-array';
import { percentText } from '../format.ts';
import type { ChartData } from './about.ts';

export function seeds(figures: ChartData['seeds']): string[] {
  const baseline = figures.find(({ verdict }) => verdict === 'baseline');
  const others = figures.filter(({ verdict }) => verdict !== 'baseline');
  if (baseline === undefined || others.length === 0) return [];
  const named = (verdict: string): string[] =>
    others.filter((one) => one.corrected === verdict && !one.greyed).map(({ policy }) => policy);
  const [better, worse] = [named('win'), named('loss')];
  if (better.length + worse.length === 0) return [`None is shown to differ from ${baseline.policy}.`];
  return [
    ...(better.length === 0 ? [] : [`Shown to be better than ${baseline.policy}: ${better.join(', ')}.`]),
    ...(worse.length === 0 ? [] : [`Shown to be worse: ${worse.join(', ')}.`]),
  ];
}

export function measured(points: ChartData['measured']): string[] {
  const off = (of: 'builtin' | 'fitted'): string =>
    percentText(mean(points, (point) => Math.abs(point[of] / point.measured - 1)) ?? 0);
  if (points.length === 0) return [];
  const below = points.filter(({ fitted, measured: own }) => fitted < own).length;
  return [
    `Built in, predictions are ${off('builtin')} off on average; fitted, ${off('fitted')}.`,
    `Fitted, ${below} of ${points.length} are below what was measured.`,
  ];
}

export function errors(curves: ChartData['errors']): string[] {
  return curves.flatMap(({ name, quantiles }) => {
    const half = quantiles[Math.ceil(quantiles.length / 2) - 1];
    const most = quantiles.at(Math.ceil(quantiles.length * 0.9) - 1);
    return half === undefined || most === undefined
      ? []
      : [`${name}: half within ${half} %, nine of ten within ${most} %.`];
  });
}
