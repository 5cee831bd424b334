/**
 * Which reports are held against each other, and whether they can be: the same traffic, a common seed, and equal figures
 * where simulator and scenario are the same.
 */
import { ConfigError } from '../../src/core/check.ts';
import type { ComparisonReport } from '../compare/comparison-report.ts';
import { seedFigures } from '../metrics/build-report.ts';
import type { Report, SeedFigures } from '../metrics/report.ts';
import { canonicalJson } from '../run/canonical.ts';

/** A report file, parsed. */
export interface GateInput {
  readonly file: string;
  readonly report: Report | ComparisonReport;
}

/** Two reports of the same fleet and workload. */
export interface Pair {
  readonly subject: string;
  readonly base: Report;
  readonly head: Report;
}

/** Reports to be paired: two runs, or the fleets of two comparisons by name. */
export function pairsOf(base: GateInput, head: GateInput): Pair[] {
  const [of, to] = [subjectsOf(base), subjectsOf(head)];
  if (of.length === 1 && to.length === 1) return [{ subject: '', base: of[0]!.report, head: to[0]!.report }];
  const pairs = to.flatMap(({ subject, report }) => {
    const partner = of.find((one) => one.subject === subject);
    return partner === undefined ? [] : [{ subject, base: partner.report, head: report }];
  });
  if (pairs.length > 0) return pairs;
  throw new ConfigError({
    file: head.file,
    path: 'workloads',
    found: to.map(({ subject }) => subject).join('; '),
    expected: `fleets and workloads that ${base.file} has: ${of.map(({ subject }) => subject).join('; ')}`,
  });
}

export function subjectsOf({ report }: GateInput): { readonly subject: string; readonly report: Report }[] {
  if (!('workloads' in report)) return [{ subject: '', report }];
  return report.workloads.flatMap(({ workload, fleets }) =>
    fleets.map((fleet) => ({ subject: `${fleet.name}, ${workload}`, report: fleet.report })),
  );
}

/** Paired differences are of the same traffic. */
export function checkTraffic({ base: a, head: b, subject }: Pair, base: GateInput, head: GateInput): void {
  for (const field of ['workload', 'run'] as const) {
    if (a.document === undefined || b.document === undefined) continue;
    if (canonicalJson(a.document[field]) === canonicalJson(b.document[field])) continue;
    throw new ConfigError({
      file: head.file,
      path: `document.${field}`,
      found: `another ${field} than in ${base.file}${subject === '' ? '' : ` (${subject})`}`,
      expected: `the same ${field}: effects are paired by seed, under equal traffic`,
    });
  }
}

export function bySeed(report: Report): readonly SeedFigures[] | null {
  if (report.bySeed !== undefined) return report.bySeed;
  return report.seeds.length === 1 ? [seedFigures(report)] : null;
}

export function commonSeeds(pair: Pair, base: GateInput, head: GateInput): number[] {
  for (const [report, { file }] of [
    [pair.base, base],
    [pair.head, head],
  ] as const) {
    if (bySeed(report) !== null) continue;
    throw new ConfigError({
      file,
      path: 'bySeed',
      found: 'no figures by seed',
      expected: 'a report that this version of drydock wrote (--out)',
    });
  }
  const seeds = pair.head.seeds.filter((seed) => pair.base.seeds.includes(seed));
  if (seeds.length > 0) return seeds;
  throw new ConfigError({
    file: head.file,
    path: 'seeds',
    found: pair.head.seeds.join(', '),
    expected: `at least one seed of ${base.file}: ${pair.base.seeds.join(', ')}`,
  });
}

export function isSameRun(a: Report, b: Report): boolean {
  return (
    a.engineDigest === b.engineDigest &&
    a.document !== undefined &&
    canonicalJson(a.document) === canonicalJson(b.document)
  );
}

/** One simulator, one scenario, one seed: every figure is the same. */
export function checkEqual({ base: a, head: b, subject }: Pair, base: GateInput, head: GateInput): void {
  const theirs = new Map(bySeed(b)!.map((one) => [one.seed, one.figures]));
  for (const { seed, figures } of bySeed(a)!) {
    const other = theirs.get(seed);
    if (other === undefined) continue;
    const path = Object.keys(figures).find((one) => figures[one] !== other[one]);
    if (path === undefined) continue;
    throw new ConfigError({
      file: head.file,
      path: `bySeed (seed ${seed}), ${path}${subject === '' ? '' : `, ${subject}`}`,
      found: String(other[path]),
      expected: `${figures[path]}, as in ${base.file}: same simulator, scenario and seed give the same figures`,
    });
  }
}
