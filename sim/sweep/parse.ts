/** From a plain object to a sweep: schema, then rules across fields; and the scenarios of its grid, each of them checked. */
import { ConfigError, type ConfigProblem } from '../../src/core/check.ts';
import { describeValue } from '../scenario/describe.ts';
import { plainSchema } from '../scenario/json-schema.ts';
import { isMapping, schemaProblems } from '../scenario/validate.ts';
import { gridOf } from './grid.ts';
import { type AxisSpec, type LoadAxisSpec, type Sweep, SweepSchema } from './schema.ts';

/** Parses a sweep document whose scenario stands in it. Throws ConfigError. */
export function parseSweep(document: unknown): Sweep {
  if (!isMapping(document)) {
    throw new ConfigError({
      path: '',
      found: describeValue(document),
      expected: 'a mapping with scenario, axes and load',
    });
  }
  const problems = schemaProblems(plainSchema(SweepSchema), document);
  // The schema allows the document to be seen as a sweep; the rules need it to.
  if (problems.length === 0) problems.push(...sweepProblems(document as unknown as Sweep));
  if (problems.length > 0) throw new ConfigError(problems);
  const sweep = document as unknown as Sweep;
  gridOf(sweep);
  return sweep;
}

function sweepProblems(sweep: Sweep): ConfigProblem[] {
  const problems = (sweep.axes ?? []).flatMap((axis, i) => axisProblems(axis, `axes[${i}]`));
  if (!isMapping(sweep.scenario)) {
    problems.push({ path: 'scenario', found: 'the path of a file', expected: 'the scenario itself' });
  }
  if (sweep.load !== undefined) problems.push(...loadProblems(sweep.load));
  return problems;
}

function axisProblems({ path, values, points }: AxisSpec, at: string): ConfigProblem[] {
  const hasField = path !== undefined && values !== undefined;
  if (hasField !== (points !== undefined) && (path === undefined) === (values === undefined)) return [];
  const found = Object.entries({ path, values, points }).flatMap(([key, value]) => (value ? [key] : []));
  return [
    {
      path: at,
      found: found.length === 0 ? 'neither values nor points' : found.join(' and '),
      expected: 'path and values, or points',
    },
  ];
}

function loadProblems({ factors, rps, least, most }: LoadAxisSpec): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (factors !== undefined && rps !== undefined) {
    problems.push({ path: 'load', found: 'factors and rps', expected: 'one of the two' });
  }
  const listed = rps ?? factors ?? [1];
  const smallest = Math.min(...listed);
  const largest = Math.max(...listed);
  if (least !== undefined && least > smallest) {
    problems.push({
      path: 'load.least',
      found: String(least),
      expected: `at most ${smallest}, which is listed`,
    });
  }
  if (most !== undefined && most < largest) {
    problems.push({
      path: 'load.most',
      found: String(most),
      expected: `at least ${largest}, which is listed`,
    });
  }
  return problems;
}
