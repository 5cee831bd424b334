/**
 * What `drydock export` is given: a scenario, one fleet of a comparison, or a scenario that a report carries (of run, compare
 * or plan). One place decides which, and says what else could have been meant.
 */
import { basename } from 'node:path';
import { ConfigError, nearest } from '../../src/core/check.ts';
import { checkLabel } from '../compare/decision.ts';
import type { ExportSource } from '../export/target.ts';
import { formatFigure, formatWithInterval } from '../metrics/format-figure.ts';
import type { Report } from '../metrics/report.ts';
import type { Candidate } from '../planner/report.ts';
import { comparisonCells } from '../run/plan-cells.ts';
import { parseComparison, parseScenario } from '../scenario/parse.ts';
import { isMapping } from '../scenario/validate.ts';
import type { LoadedDocument } from './document.ts';
import { withFiles } from './run-job.ts';

/** One thing that can be exported, by the name that `--fleet` chooses it with. */
interface Choice {
  readonly name: string;
  readonly source: () => ExportSource;
}

/** The source that the document holds. `fleet`: which of several, by name or number from 1. Throws ConfigError. */
export function exportSource(document: LoadedDocument, fleet: string | undefined): ExportSource {
  const choices = choicesOf(document);
  if (fleet === undefined) return choices[0]!.source();
  const found = choices.find((one, i) => one.name === fleet || String(i + 1) === fleet);
  if (found !== undefined) return found.source();
  const names = choices.map((one) => one.name);
  const near = nearest(fleet, names);
  throw new ConfigError({
    file: '--fleet',
    path: '',
    found: `"${fleet}"`,
    expected:
      near === undefined
        ? `1 to ${names.length}, or one of ${names.slice(0, 8).join('; ')}${names.length > 8 ? '; ...' : ''}`
        : `"${near}"?`,
  });
}

function choicesOf(document: LoadedDocument): Choice[] {
  const { data, file } = document;
  const fallback = basename(file).replace(/\.[^.]*$/, '');
  if ('schemaVersion' in data) return reportChoices(document);
  if ('fleets' in data) {
    return comparisonCells(parseComparison(data))
      .filter((cell, i, cells) => cells.findIndex((one) => one.fleet === cell.fleet) === i)
      .map(({ fleet, scenario }) => ({
        name: fleet,
        source: () => ({ name: fleet, scenario: withFiles(scenario, document) }),
      }));
  }
  const scenario = parseScenario(data);
  const name = scenario.name ?? fallback;
  return [{ name, source: () => ({ name, scenario: withFiles(scenario, document) }) }];
}

function reportChoices({ data }: LoadedDocument): Choice[] {
  if (Array.isArray(data['candidates'])) {
    return nonEmpty(
      data['candidates'] as unknown[],
      'candidates',
      'a plan with at least one fleet that meets the SLO',
    )
      .filter(isMapping)
      .map((candidate, i) => ({
        name: String(candidate['fleet']),
        source: () => ({
          name: String(candidate['fleet']),
          estimate: candidateEstimate(candidate as unknown as Candidate),
          scenario: carried(candidate['scenario'], `candidates[${i}].scenario`),
        }),
      }));
  }
  if (Array.isArray(data['workloads'])) {
    const [first] = data['workloads'] as { fleets: { name: string; report: Report }[] }[];
    return (first?.fleets ?? []).map(({ name, report }, i) => ({
      name,
      source: () => ({
        name,
        report,
        scenario: carried(report.document, `workloads[0].fleets[${i}].report.document`),
      }),
    }));
  }
  const report = data as unknown as Report;
  return [
    {
      name: report.scenario,
      source: () => ({ name: report.scenario, report, scenario: carried(report.document, 'document') }),
    },
  ];
}

/** What a plan found of a fleet, in words. */
function candidateEstimate({ metrics, costPerHour, probabilityMeets, seeds }: Candidate): string {
  const limits = metrics.map(({ metric, value, interval }) => {
    const unit = metric === 'slo.attainment' ? 'share' : 'ms';
    return `${checkLabel(metric)} ${formatWithInterval(value, unit, interval)}`;
  });
  const cost = costPerHour === null ? [] : [formatFigure(costPerHour, 'usdPerHour')];
  const sure = `meets the SLO with a probability of at least ${probabilityMeets.toFixed(3)} (${seeds} seeds)`;
  return [...limits, ...cost, sure].join(', ');
}

function nonEmpty<T>(list: readonly T[], path: string, expected: string): readonly T[] {
  if (list.length > 0) return list;
  throw new ConfigError({ path, found: 'none', expected });
}

/** The scenario that a report carries. */
function carried(document: unknown, path: string): ExportSource['scenario'] {
  if (document !== undefined) return parseScenario(document);
  throw new ConfigError({
    path,
    found: 'nothing: the report does not carry its scenario',
    expected: 'a report that this version of drydock wrote (--out), or the scenario file',
  });
}
