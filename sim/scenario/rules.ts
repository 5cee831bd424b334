/**
 * Rules that span several fields of a document. They run once the schema is satisfied. Rules that need the catalogues (TP
 * divides heads, the model fits) belong to the fleet builder.
 */
import { ConfigError, type ConfigProblem } from '../../src/core/check.ts';
import { parseAssertions } from '../metrics/assertion.ts';
import { presetWorkload } from '../workload/preset.ts';
import type {
  ArrivalsSpec,
  AutoscalerSpec,
  Comparison,
  LengthSpec,
  PoolSpec,
  PricesSpec,
  RunSpec,
  Scenario,
  SyntheticSpec,
  WorkloadSpec,
} from './schema.ts';

/** Cross-field problems of a scenario. */
export function scenarioProblems(scenario: Scenario): ConfigProblem[] {
  return [
    ...workloadProblems(scenario.workload, 'workload'),
    ...poolProblems(scenario.fleet.pools, 'fleet.pools'),
    ...emptyPoolProblems(scenario.fleet.pools, scenario.autoscaler, 'fleet.pools'),
    ...commonProblems(scenario),
    ...classSloProblems(scenario),
  ];
}

/** Cross-field problems of a comparison. */
export function comparisonProblems(comparison: Comparison): ConfigProblem[] {
  return [
    ...workloadProblems(comparison.workload, 'workload'),
    ...Object.entries(comparison.workloads ?? {}).flatMap(([name, workload]) =>
      workloadProblems(workload, `workloads.${name}`),
    ),
    ...duplicates(comparison.fleets, 'fleets'),
    ...comparison.fleets.flatMap((fleet, i) => [
      ...poolProblems(fleet.pools, `fleets[${i}].pools`),
      ...emptyPoolProblems(fleet.pools, comparison.autoscaler, `fleets[${i}].pools`),
    ]),
    ...commonProblems(comparison),
    ...classSloProblems(comparison),
  ];
}

function commonProblems(document: Scenario | Comparison): ConfigProblem[] {
  return [
    ...pricesProblems(document.prices),
    ...runProblems(document.run ?? {}),
    ...problemsOf(() => parseAssertions(document.assert ?? [])),
  ];
}

/** Classes of an SLO are classes of the workload, as far as it is known which it has. */
function classSloProblems({ slo, workload }: Pick<Scenario, 'slo' | 'workload'>): ConfigProblem[] {
  if (slo?.classes === undefined || workload.kind === 'trace') return [];
  const { classes = [{ name: 'default' }] } =
    workload.kind === 'preset' ? presetWorkload(workload) : workload;
  const names = classes.map((one) => one.name);
  return Object.keys(slo.classes)
    .filter((name) => !names.includes(name))
    .map((name) => ({
      path: `slo.classes.${name}`,
      found: 'no such class of the workload',
      expected: `one of ${names.join(', ')}`,
    }));
}

function pricesProblems(prices: PricesSpec | undefined): ConfigProblem[] {
  if (prices?.spot === undefined || prices.purchase === 'spot') return [];
  const expected = 'prices.purchase: spot beside it, as nothing else is interrupted';
  return [{ path: 'prices.spot', found: `purchase ${prices.purchase ?? 'on-demand'}`, expected }];
}

/** Problems that a look-up or parser of another folder throws. */
function problemsOf(check: () => unknown): readonly ConfigProblem[] {
  try {
    check();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

function workloadProblems(workload: WorkloadSpec, path: string): readonly ConfigProblem[] {
  if (workload.kind === 'synthetic') return syntheticProblems(workload, path);
  if (workload.kind === 'preset') return problemsOf(() => presetWorkload(workload, path));
  const { fromS = 0, toS } = workload.window ?? {};
  if (toS === undefined || fromS < toS) return [];
  return [{ path: `${path}.window.toS`, found: String(toS), expected: `more than fromS (${fromS})` }];
}

function syntheticProblems(workload: SyntheticSpec, path: string): ConfigProblem[] {
  const { sessions, classes = [] } = workload;
  const problems = [
    ...lengthProblems(workload.input, `${path}.input`),
    ...lengthProblems(workload.output, `${path}.output`),
    ...arrivalProblems(workload.arrivals, `${path}.arrivals`),
    ...duplicates(classes, `${path}.classes`),
  ];
  if (sessions !== undefined) {
    problems.push(...lengthProblems(sessions.turns, `${path}.sessions.turns`));
    problems.push(...lengthProblems(sessions.thinkTimeS, `${path}.sessions.thinkTimeS`));
  }
  for (const [i, own] of classes.entries()) {
    problems.push(...lengthProblems(own.input, `${path}.classes[${i}].input`));
    problems.push(...lengthProblems(own.output, `${path}.classes[${i}].output`));
  }
  return problems;
}

function arrivalProblems(arrivals: ArrivalsSpec, path: string): ConfigProblem[] {
  if (arrivals.process !== 'stages' || arrivals.stages.some((stage) => stage.rateRps > 0)) return [];
  return [
    { path: `${path}.stages`, found: 'only rates of 0', expected: 'at least one stage with a rate > 0' },
  ];
}

function lengthProblems(length: LengthSpec | number | undefined, path: string): ConfigProblem[] {
  if (length === undefined || typeof length === 'number') return [];
  const problems: ConfigProblem[] = [];
  const { min, max } = length;
  if (min !== undefined && max !== undefined && min > max) {
    problems.push({ path: `${path}.max`, found: String(max), expected: `at least min (${min})` });
  }
  if (length.dist === 'empirical') problems.push(...quantileProblems(length.quantiles, `${path}.quantiles`));
  return problems;
}

function quantileProblems(quantiles: readonly (readonly [number, number])[], path: string): ConfigProblem[] {
  for (let i = 1; i < quantiles.length; i++) {
    const [before, beforeTokens] = quantiles[i - 1]!;
    const [quantile, tokens] = quantiles[i]!;
    if (quantile <= before) {
      return [
        { path: `${path}[${i}][0]`, found: String(quantile), expected: `more than ${before}, ascending` },
      ];
    }
    if (tokens < beforeTokens) {
      return [
        {
          path: `${path}[${i}][1]`,
          found: String(tokens),
          expected: `at least ${beforeTokens}, as of the lower quantile`,
        },
      ];
    }
  }
  return [];
}

function poolProblems(pools: readonly PoolSpec[], path: string): ConfigProblem[] {
  const problems = duplicates(pools, path);
  const has = (role: PoolSpec['role']): boolean => pools.some((pool) => pool.role === role);
  if (has('prefill') !== has('decode')) {
    const [present, absent] = has('prefill') ? ['prefill', 'decode'] : ['decode', 'prefill'];
    problems.push({
      path,
      found: `a ${present} pool without a ${absent} pool`,
      expected: 'both, as each request needs both legs',
    });
  }
  return problems;
}

/** A pool may start empty only if something can fill it. */
function emptyPoolProblems(
  pools: readonly PoolSpec[],
  rules: AutoscalerSpec | undefined,
  path: string,
): ConfigProblem[] {
  return pools.flatMap((pool, i) =>
    pool.replicas > 0 || rules?.some((rule) => rule.pool === pool.name)
      ? []
      : [
          {
            path: `${path}[${i}].replicas`,
            found: '0',
            expected: `at least 1: no autoscaler rule names the pool ${pool.name}`,
          },
        ],
  );
}

function duplicates(named: readonly { readonly name: string }[], path: string): ConfigProblem[] {
  const names = named.map((item) => item.name);
  return names.flatMap((name, i) => {
    const first = names.indexOf(name);
    return first === i
      ? []
      : [
          {
            path: `${path}[${i}].name`,
            found: JSON.stringify(name),
            expected: `a name that ${path}[${first}] has not`,
          },
        ];
  });
}

function runProblems(run: RunSpec): ConfigProblem[] {
  const { warmupS, durationS, horizonS } = run;
  if (warmupS === undefined) return [];
  const problems: ConfigProblem[] = [];
  for (const [name, limit] of [
    ['durationS', durationS],
    ['horizonS', horizonS],
  ] as const) {
    if (limit === undefined || warmupS < limit) continue;
    problems.push({ path: 'run.warmupS', found: String(warmupS), expected: `less than ${name} (${limit})` });
  }
  return problems;
}
