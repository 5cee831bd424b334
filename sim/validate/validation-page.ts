/** The validation page: Markdown made from the committed summary, so that page and figures cannot part. */

import type { SummaryRow } from './summary.ts';
import { EXTRAPOLATED, MISSING, VALIDATED, whyFarOff } from './validation-notes.ts';
import { SUMMARY_METRICS, type ValidationSummary } from './validation-summary.ts';
import { FAMILIES_NOTE, PAGE_INTRO } from './validation-text.ts';

/** Goals of the calibration half: medians of absolute errors, percent. */
const GOALS: readonly (readonly [group: string, metric: string, goal: number])[] = [
  ['tier:1', 'tpotMs.mean', 4],
  ['tier:1', 'e2eMs.mean', 4],
  ['tier:1', 'ttftMs.mean', 8],
  ['tier:1', 'e2eMs.p99', 8],
  ['tier:1', 'ttftMs.p99', 20],
  ['pd', 'ttftMs.mean', 12],
  ['pd', 'tpotMs.mean', 12],
  ['tier:2', 'tpotMs.mean', 10],
  ['tier:2', 'outputTokensPerS', 10],
];

/** The page. `plot`: path of the plot from the page. */
export function validationPage(summary: ValidationSummary, plot: string): string {
  const { cases, skipped } = summary;
  const parts = [
    '# Validation',
    PAGE_INTRO,
    `${cases.predicted} of ${cases.given} cases are predicted; ${skipped.length} are not, for the reasons at the end.`,
    '## Against the goals',
    table(
      ['group', 'metric', 'points', 'median error %', 'goal %', 'formula %'],
      GOALS.flatMap(([group, metric, goal]) => {
        const row = find(summary, group, metric);
        return row === undefined
          ? []
          : [[group, metric, String(row.n), shown(row.medianPct), String(goal), shown(row.naiveMedianPct)]];
      }),
    ),
    `![Absolute error by share of points](${plot})`,
    '## Other simulators on the same cases',
    'Medians of absolute errors on the cases that each published predictions for (as carried in the case files); their ' +
      'prompts had no prefix cache, ours has, as the runs had. Some of our numbers were fitted to these cases (see below for ' +
      'what leaving them out changes), some of theirs too.',
    peerTable(summary),
    '## By group',
    ...['all', 'tier', 'pd', 'family', 'gpu', 'model', 'engine'].map((kind) => groupTable(summary, kind)),
    FAMILIES_NOTE,
    '## What each correction is worth',
    'Medians without one correction at a time (`drydock validate --without NAME`).',
    ablationTable(summary),
    '## On what it was not fitted to',
    'All numbers of framework overhead fitted again without one GPU or model, and its cases predicted with that fit ' +
      '(`drydock calibrate --cases FILE --leave-out both`; a fit sees at most two cases of a model, GPU and family). Kernel coefficients stem from kernel timings, not from these cases.',
    ...summary.leaveOut.flatMap((one) => [
      table(one.header, one.rows),
      table(['number', 'built-in', 'fitted to all', `without one ${one.by}`], one.constantRows),
    ]),
    '## The ten worst cases',
    table(
      ['case', 'mean errors %', 'why'],
      summary.worst.map((worst) => [
        worst.id,
        Object.entries(worst.errors)
          .map(([metric, error]) => `${metric} ${shown(error)}`)
          .join(', '),
        whyFarOff(worst.id),
      ]),
    ),
    '## What is validated',
    list(VALIDATED),
    '## What is extrapolated',
    list(EXTRAPOLATED),
    '## What is known to be missing',
    list(MISSING),
    '## Cases that are not predicted',
    table(
      ['case', 'reason'],
      skipped.map(({ id, reason }) => [id, reason]),
    ),
  ];
  return `${parts.join('\n\n')}\n`;
}

function groupTable(summary: ValidationSummary, kind: string): string {
  const groups = [...new Set(summary.rows.map((row) => row.group))].filter(
    (group) => group === kind || group.startsWith(`${kind}:`),
  );
  return table(
    [kind, ...SUMMARY_METRICS.map((metric) => `${metric} (n)`)],
    groups.map((group) => [
      group.slice(group.indexOf(':') + 1),
      ...SUMMARY_METRICS.map((metric) => {
        const row = find(summary, group, metric);
        return row === undefined ? '-' : `${shown(row.medianPct)} (${row.n})`;
      }),
    ]),
  );
}

function peerTable(summary: ValidationSummary): string {
  return table(
    ['simulator', 'metric', 'cases', 'its error %', 'Drydock %', 'formula %'],
    summary.peers.map((p) => [
      ...[p.peer, p.metric, String(p.n), shown(p.peerPct), shown(p.ownPct), shown(p.naivePct)],
    ]),
  );
}

function ablationTable(summary: ValidationSummary): string {
  const columns = GOALS.map(([group, metric]) => [group, metric] as const);
  const settings = [...new Set(summary.ablation.map((row) => row.without))];
  return table(
    ['without', ...columns.map(([group, metric]) => `${group} ${metric}`)],
    settings.map((without) => [
      without,
      ...columns.map(([group, metric]) => {
        const row = summary.ablation.find(
          (one) => one.without === without && one.group === group && one.metric === metric,
        );
        return row === undefined ? '-' : shown(row.medianPct);
      }),
    ]),
  );
}

function find(summary: ValidationSummary, group: string, metric: string): SummaryRow | undefined {
  return summary.rows.find((row) => row.group === group && row.metric === metric);
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((c) => c.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

function shown(value: number | null): string {
  return value === null ? '-' : value.toFixed(1);
}
