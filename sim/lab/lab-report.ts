/**
 * The lab report, plain JSON. One entry of `cells` is one metric of one policy under one workload at one load, compared with
 * the baseline (the first policy) seed by seed; `null` holds the same comparison of the baseline with itself under other
 * tie-breaks: what it shows is noise. A cell whose A/A comparison "wins" or "loses" is greyed: the same could be noise.
 * A lab compares dozens of figures, of which one in twenty would exclude zero by chance: `corrected` is for all of them.
 */
import { createStreams } from '../kernel/streams.ts';
import type { FigureUnit } from '../metrics/figures.ts';
import { ENGINE_DIGEST } from '../run/engine-digest.ts';
import type { CellCounterfactuals } from './counterfactuals.ts';
import { holm, MOST_P } from './holm.ts';
import { labFigureOf } from './lab-figures.ts';
import type { LabRun } from './lab-run.ts';
import { type LabVerdict, type PairedResult, pairedResult } from './paired.ts';
import type { LabCell } from './plan.ts';
import type { Lab } from './schema.ts';

/** One comparison. Ends of intervals are null with too few seeds. */
export interface LabFigure {
  readonly policy: string;
  readonly workload: string;
  readonly load: string;
  readonly metric: string;
  readonly unit: FigureUnit;
  readonly better: 'lower' | 'higher' | null;
  /** Mean over seeds; null where some run has no such figure. */
  readonly mean: number | null;
  /** Mean of policy less baseline, with its Student-t interval; null for the baseline itself. */
  readonly diff: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly bcaLow: number | null;
  readonly bcaHigh: number | null;
  /** False where the two intervals disagree about zero; the verdict is a tie then. */
  readonly agree: boolean;
  /** What the intervals of this comparison say. */
  readonly verdict: LabVerdict | 'baseline';
  /** The verdict that stands: a win or a loss only where `pHolm` is below 0.05 as well. Of the A/A row what its intervals say. */
  readonly corrected: LabVerdict | 'baseline';
  readonly greyed: boolean;
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
  readonly effect: number | null;
  readonly p: number | null;
  /** p corrected for all comparisons of the lab (Holm); null for baseline and A/A row. */
  readonly pHolm: number | null;
  /** By seed. */
  readonly values: readonly (number | null)[];
}

export interface LabReport {
  readonly schemaVersion: 1;
  readonly lab: string;
  readonly engineDigest: string;
  readonly seeds: readonly number[];
  readonly baseline: string;
  readonly cells: readonly LabFigure[];
  readonly null: readonly LabFigure[];
  /** Empty where none were asked for. */
  readonly counterfactuals: readonly CellCounterfactuals[];
  readonly notes: readonly string[];
  /** Fingerprints of the runs of each cell, by seed: a replay that has the same ones is the same run. */
  readonly runs: readonly {
    readonly policy: string;
    readonly workload: string;
    readonly load: string;
    readonly isNull: boolean;
    readonly fingerprints: readonly string[];
  }[];
}

const DEFAULT_METRICS = [
  'ttftMs.p50',
  'ttftMs.p95',
  'itlMs.p95',
  'e2eMs.p95',
  'slo.attainment',
  'slo.goodputRps',
  'throughput.outputTokensPerS',
  'cache.hitRate',
  'transferMs.mean',
  'kv.sentGB',
  'kv.tierGB',
  'fairness.endpoints',
];

/** Beside the runs of a lab. */
interface LabReportOptions {
  readonly counterfactuals?: readonly CellCounterfactuals[];
  /** The figure that was named beforehand as the one that decides: its comparisons are corrected among themselves. */
  readonly goal?: string;
}

/** Builds the report of a lab whose runs are done; `runs[i]` are those of `cells[i]`. */
export function labReport(
  lab: Lab,
  name: string,
  cells: readonly LabCell[],
  runs: readonly (readonly LabRun[])[],
  { counterfactuals = [], goal }: LabReportOptions = {},
): LabReport {
  const baseline = lab.policies[0]!.name;
  const all: { figure: LabFigure; isNull: boolean }[] = [];
  for (const [i, cell] of cells.entries()) {
    const at = cells.findIndex(
      (one) =>
        !one.isNull && one.policy === baseline && one.workload === cell.workload && one.load === cell.load,
    );
    for (const metric of metricsOf(lab, runs[at]!)) {
      const figure = compared(cell, metric, runs[i]!, i === at ? null : runs[at]!);
      if (figure !== null) all.push({ figure, isNull: cell.isNull });
    }
  }
  const nulls = all.filter((one) => one.isNull).map((one) => one.figure);
  const greyed = new Set(
    nulls.filter((one) => one.verdict === 'win' || one.verdict === 'loss').map((one) => placeOf(one)),
  );
  const figures = corrected(
    all.filter((one) => !one.isNull).map((one) => one.figure),
    goal,
  );
  return {
    schemaVersion: 1,
    lab: name,
    engineDigest: ENGINE_DIGEST,
    seeds: runs[0]!.map((run) => run.seed),
    baseline,
    cells: figures.map((one) => ({
      ...one,
      greyed: one.verdict !== 'baseline' && greyed.has(placeOf(one)),
    })),
    null: nulls,
    counterfactuals,
    notes: [
      ...notesOf(nulls, baseline, cells, runs),
      ...(goal === undefined ? [] : [`${goal} decides: its comparisons are corrected among themselves`]),
    ],
    runs: cells.map(({ policy, workload, load, isNull }, i) => ({
      policy,
      workload,
      load,
      isNull,
      fingerprints: runs[i]!.map((run) => run.fingerprint),
    })),
  };
}

function placeOf({ workload, load, metric }: LabFigure): string {
  return JSON.stringify([workload, load, metric]);
}

function metricsOf(lab: Lab, runs: readonly LabRun[]): readonly string[] {
  if (lab.metrics !== undefined) return lab.metrics;
  const { classes, hasTenants } = runs[0]!;
  return [
    ...DEFAULT_METRICS,
    ...(hasTenants ? ['fairness.tenants'] : []),
    ...(lab.slo === undefined ? [] : classes.map((name) => `attainment.${name}`)),
  ];
}

/** Null where the figure has no value in any run. */
function compared(
  cell: LabCell,
  metric: string,
  runs: readonly LabRun[],
  baseRuns: readonly LabRun[] | null,
): LabFigure | null {
  const values = runs.map((run) => run.value(metric));
  const base = baseRuns?.map((run) => run.value(metric)) ?? null;
  if ([...values, ...(base ?? [])].every((value) => value === null)) return null;
  const figure = labFigureOf(metric);
  const better = figure === undefined ? 'higher' : figure.better;
  const known = values.filter((value) => value !== null);
  const differences = values.flatMap((value, i) => {
    const other = base?.[i] ?? null;
    return value === null || other === null ? [] : [value - other];
  });
  const isWhole = base !== null && differences.length === values.length;
  const path = `lab/${cell.policy}/${cell.workload}/${cell.load}/${metric}/${cell.isNull}`;
  const result = isWhole ? pairedResult(differences, better, createStreams(0).open(path)) : null;
  const verdict = base === null ? 'baseline' : (result?.verdict ?? 'cannotTell');
  return {
    policy: cell.policy,
    workload: cell.workload,
    load: cell.load,
    metric,
    unit: figure?.unit ?? 'share',
    better,
    mean: known.length < values.length ? null : known.reduce((sum, value) => sum + value, 0) / known.length,
    ...fieldsOf(result),
    ...{ verdict, corrected: verdict },
    greyed: false,
    pHolm: null,
    values,
  };
}

type Compared = Pick<LabFigure, 'diff' | 'low' | 'high' | 'bcaLow' | 'bcaHigh' | 'agree'> &
  Pick<LabFigure, 'wins' | 'ties' | 'losses' | 'effect' | 'p'>;

function fieldsOf(result: PairedResult | null): Compared {
  return {
    diff: result?.diff ?? null,
    low: result?.t?.low ?? null,
    high: result?.t?.high ?? null,
    bcaLow: result?.bca?.low ?? null,
    bcaHigh: result?.bca?.high ?? null,
    agree: result?.agree ?? true,
    wins: result?.seeds.wins ?? 0,
    ties: result?.seeds.ties ?? 0,
    losses: result?.seeds.losses ?? 0,
    effect: result?.effect ?? null,
    p: result?.p ?? null,
  };
}

/** With corrected p and the verdict that is left; comparisons of the goal are a family of their own. */
function corrected(figures: readonly LabFigure[], goal: string | undefined): LabFigure[] {
  const isGoal = (one: LabFigure): boolean => one.metric === goal;
  const pHolmOf = new Map<LabFigure, number>();
  for (const family of [figures.filter(isGoal), figures.filter((one) => !isGoal(one))]) {
    const tested = family.filter((one) => one.p !== null);
    const ps = holm(tested.map((one) => one.p!));
    for (const [i, one] of tested.entries()) pHolmOf.set(one, ps[i]!);
  }
  return figures.map((one) => {
    const pHolm = pHolmOf.get(one);
    return pHolm === undefined ? one : { ...one, pHolm, corrected: correctedVerdict(one.verdict, pHolm) };
  });
}

function correctedVerdict(verdict: LabFigure['verdict'], pHolm: number): LabFigure['verdict'] {
  const isSided = verdict === 'win' || verdict === 'loss';
  return isSided && pHolm >= MOST_P ? 'tie' : verdict;
}

function notesOf(
  nulls: readonly LabFigure[],
  baseline: string,
  cells: readonly LabCell[],
  runs: readonly (readonly LabRun[])[],
): string[] {
  const notes: string[] = [];
  const beyond = nulls.filter((one) => one.verdict === 'win' || one.verdict === 'loss').length;
  notes.push(
    `A/A: ${beyond} of ${nulls.length} comparisons of ${baseline} with itself exclude zero ` +
      '(about 1 in 20 does by chance)',
  );
  const prints = (i: number): string => runs[i]!.map((run) => run.fingerprint).join();
  const isSame = cells.every((cell, i) => {
    if (!cell.isNull) return true;
    const at = cells.findIndex((one) => !one.isNull && one.policy === baseline && sameGround(one, cell));
    return prints(at) === prints(i);
  });
  if (isSame)
    notes.push(`${baseline} breaks no ties at random: its A/A row is zero and shows no noise floor`);
  if (runs[0]!.length < 3) notes.push('fewer than three seeds: no bootstrap interval');
  return notes;
}

function sameGround(a: LabCell, b: LabCell): boolean {
  return a.workload === b.workload && a.load === b.load;
}
