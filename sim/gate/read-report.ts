/** A report of run or compare from parsed JSON: the fields that a gate looks at must be there. */
import { ConfigError } from '../../src/core/check.ts';
import { isMapping } from '../scenario/validate.ts';
import type { GateInput } from './pairing.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The report. Throws ConfigError, with the file, for anything else. */
export function readReport(value: unknown, file: string): GateInput {
  const fields: Fields = isMapping(value) ? value : {};
  if (isReport(fields) || isComparison(fields)) return { file, report: value as GateInput['report'] };
  throw new ConfigError({
    file,
    path: '',
    found: kindOf(fields),
    expected: 'a report of drydock run or compare (--out), schemaVersion 1',
  });
}

function isReport(fields: Fields): boolean {
  const bySeed = fields['bySeed'] ?? [];
  const slo = fields['slo'];
  return (
    isWritten(fields) &&
    isMapping(fields['ttftMs']) &&
    isMapping(fields['intervals']) &&
    isMapping(slo) &&
    Array.isArray(slo['checks']) &&
    Array.isArray(bySeed) &&
    bySeed.every((one) => isMapping(one) && isMapping(one['figures']))
  );
}

function isComparison(fields: Fields): boolean {
  const workloads = fields['workloads'];
  return isWritten(fields) && Array.isArray(workloads) && workloads.length > 0 && workloads.every(hasReports);
}

function hasReports(workload: unknown): boolean {
  const fleets = isMapping(workload) ? workload['fleets'] : undefined;
  return (
    Array.isArray(fleets) &&
    fleets.length > 0 &&
    fleets.every((fleet) => isMapping(fleet) && isMapping(fleet['report']) && isReport(fleet['report']))
  );
}

function isWritten(fields: Fields): boolean {
  const seeds = fields['seeds'];
  const isNamed = typeof (fields['scenario'] ?? fields['comparison']) === 'string';
  return (
    fields['schemaVersion'] === 1 &&
    isNamed &&
    typeof fields['engineDigest'] === 'string' &&
    Array.isArray(seeds) &&
    seeds.length > 0
  );
}

function kindOf(fields: Fields): string {
  if (typeof fields['kind'] === 'string') return fields['kind'];
  if ('candidates' in fields) return 'a report of drydock plan';
  if ('variants' in fields) return 'a report of drydock sweep';
  return 'ttftMs' in fields || 'comparison' in fields ? 'a damaged report' : 'no report of drydock';
}
