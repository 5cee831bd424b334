/** From a plain object to a plan; every problem is named by its path. */
import { findGpu } from '../../models/gpus.ts';
import { findLlm } from '../../models/llms.ts';
import { ConfigError, type ConfigProblem } from '../../src/core/check.ts';
import { hasLimits } from '../metrics/slo.ts';
import { describeValue } from '../scenario/describe.ts';
import { plainSchema } from '../scenario/json-schema.ts';
import { parseScenario } from '../scenario/parse.ts';
import { isMapping, schemaProblems } from '../scenario/validate.ts';
import { type Plan, PlanSchema } from './schema.ts';

/** Parses a plan. Throws ConfigError. */
export function parsePlan(document: unknown): Plan {
  if (!isMapping(document)) {
    throw new ConfigError({
      path: '',
      found: describeValue(document),
      expected: 'a mapping with model, workload, slo and search',
    });
  }
  const problems = schemaProblems(plainSchema(PlanSchema), document);
  if (problems.length > 0) throw new ConfigError(problems);
  const plan = document as Plan;
  const found = [...rangeProblems(plan), ...catalogueProblems(plan), ...trafficProblems(plan)];
  if (found.length > 0) throw new ConfigError(found);
  return plan;
}

function rangeProblems(plan: Plan): ConfigProblem[] {
  const { min = 1, max } = plan.search.replicas ?? {};
  const problems: ConfigProblem[] = [];
  if (max !== undefined && max < min) {
    problems.push({ path: 'search.replicas.max', found: String(max), expected: `at least min (${min})` });
  }
  if (max === undefined && plan.budget?.maxGpus === undefined) {
    problems.push({
      path: 'search.replicas.max',
      found: 'nothing, and no budget.maxGpus',
      expected: 'one of the two: they bound the search',
    });
  }
  if (plan.run?.idealised !== undefined) {
    const expected = 'nothing: a plan is of fleets that can be built (drydock why shows upper bounds)';
    problems.push({ path: 'run.idealised', found: plan.run.idealised.join(', '), expected });
  }
  if (!hasLimits(plan.slo)) {
    problems.push({ path: 'slo', found: 'no limit', expected: 'a limit such as ttftMs: {p95: 1000}' });
  }
  return problems;
}

function catalogueProblems(plan: Plan): readonly ConfigProblem[] {
  return [
    ...problemsOf(() => findLlm(plan.model, 'model')),
    ...gpuProblems(plan.search.gpus, 'search.gpus'),
    ...gpuProblems(plan.search.prefill?.gpus, 'search.prefill.gpus'),
    ...gpuProblems(plan.search.decode?.gpus, 'search.decode.gpus'),
  ];
}

function gpuProblems(ids: readonly string[] = [], path: string): readonly ConfigProblem[] {
  return ids.flatMap((id, i) => problemsOf(() => findGpu(id, `${path}[${i}]`)));
}

/** The rules of scenarios hold for the plan's traffic; they are asked about a fleet that is never run. */
function trafficProblems(plan: Plan): readonly ConfigProblem[] {
  const { workload, slo, run, prices } = plan;
  const pool = {
    name: 'all',
    role: 'both',
    replicas: 1,
    gpu: 'any',
    model: plan.model,
    engine: { name: 'vllm' },
  };
  return problemsOf(() =>
    parseScenario({
      ...{ workload, slo, fleet: { pools: [pool] } },
      ...(run === undefined ? {} : { run }),
      ...(prices === undefined ? {} : { prices }),
    }),
  );
}

function problemsOf(check: () => unknown): readonly ConfigProblem[] {
  try {
    check();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}
