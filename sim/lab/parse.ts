/** From a plain object to a lab: schema, then rules across fields. All problems are reported together. */
import { ConfigError, type ConfigProblem, nearest } from '../../src/core/check.ts';
import { FIGURES } from '../metrics/figures.ts';
import { describeValue } from '../scenario/describe.ts';
import { plainSchema } from '../scenario/json-schema.ts';
import { isMapping, schemaProblems } from '../scenario/validate.ts';
import { BASELINES } from './baselines/all.ts';
import { LAB_FIGURES, labFigureOf } from './lab-figures.ts';
import { type Lab, LabSchema, type PolicySpec } from './schema.ts';

/** Parses a lab document. Throws ConfigError. */
export function parseLab(document: unknown): Lab {
  if (!isMapping(document)) {
    throw new ConfigError({
      path: '',
      found: describeValue(document),
      expected: 'a mapping with policies, workloads and fleet',
    });
  }
  const problems = schemaProblems(plainSchema(LabSchema), document);
  // The schema allows the document to be seen as a lab; the rules need it to.
  if (problems.length === 0) problems.push(...labProblems(document as unknown as Lab));
  if (problems.length > 0) throw new ConfigError(problems);
  return document as unknown as Lab;
}

function labProblems(lab: Lab): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (Object.keys(lab.workloads).length === 0)
    problems.push({ path: 'workloads', found: 'none', expected: 'one or more, by name' });
  for (const [i, policy] of lab.policies.entries()) {
    const path = `policies[${i}]`;
    if (lab.policies.findIndex((other) => other.name === policy.name) < i)
      problems.push({ path: `${path}.name`, found: `"${policy.name}" again`, expected: 'a name of its own' });
    problems.push(...policyProblems(policy, lab, path));
  }
  for (const [i, metric] of (lab.metrics ?? []).entries()) {
    if (labFigureOf(metric) !== undefined) continue;
    const known = [...FIGURES, ...LAB_FIGURES].map((figure) => figure.path);
    const near = nearest(metric, known);
    const expected =
      near ?? `a figure of a report, ${LAB_FIGURES.map(({ path }) => path).join(', ')} or attainment.<class>`;
    problems.push({ path: `metrics[${i}]`, found: `"${metric}"`, expected });
  }
  return problems;
}

function policyProblems(policy: PolicySpec, lab: Lab, path: string): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (policy.baseline !== undefined && policy.config !== undefined)
    problems.push({ path, found: 'both baseline and config', expected: 'one of them' });
  if (policy.baseline !== undefined && !BASELINES.some((one) => one.name === policy.baseline)) {
    const names = BASELINES.map((one) => one.name);
    const near = nearest(policy.baseline, names);
    problems.push({
      path: `${path}.baseline`,
      found: `"${policy.baseline}"`,
      expected: near ?? `one of ${names.join(', ')}`,
    });
  }
  if (policy.baseline === undefined && policy.config === undefined && policy.schedulingPolicy === undefined) {
    const expected = 'one of them, or schedulingPolicy';
    problems.push({ path, found: 'neither baseline nor config', expected });
  }
  const names = Object.keys(lab.fleets ?? {});
  if (policy.fleet === undefined) {
    if (lab.fleet === undefined)
      problems.push({
        path: 'fleet',
        found: 'nothing',
        expected: `a fleet, which policy ${policy.name} uses`,
      });
  } else if (!names.includes(policy.fleet)) {
    const expected = nearest(policy.fleet, names) ?? `one of fleets: ${names.join(', ')}`;
    problems.push({ path: `${path}.fleet`, found: `"${policy.fleet}"`, expected });
  }
  return problems;
}
