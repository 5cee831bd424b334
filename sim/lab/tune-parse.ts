/** From a plain object to a tuning document, and the configuration that it starts from. */

import { ConfigError, type ConfigProblem, nearest } from '../../src/core/check.ts';
import { BUILT_IN_CONFIG } from '../../src/routing/config/defaults.ts';
import { defaultRouterConfig } from '../cluster/default-router.ts';
import { describeValue } from '../scenario/describe.ts';
import { plainSchema } from '../scenario/json-schema.ts';
import { isMapping, schemaProblems } from '../scenario/validate.ts';
import { BASELINES } from './baselines/all.ts';
import { checkKnob, knobValue, type RouterConfig, withKnobs } from './knobs.ts';
import { labFigureOf } from './lab-figures.ts';
import { type Tune, TuneSchema } from './tune-schema.ts';

/** Parses a tuning document. Throws ConfigError. */
export function parseTune(document: unknown): Tune {
  if (!isMapping(document)) {
    const expected = 'a mapping with start, search, goal, workloads and fleet';
    throw new ConfigError({ path: '', found: describeValue(document), expected });
  }
  const problems = schemaProblems(plainSchema(TuneSchema), document);
  if (problems.length > 0) throw new ConfigError(problems);
  const tune = document as unknown as Tune;
  const found = ruleProblems(tune);
  if (found.length > 0) throw new ConfigError(found);
  for (const [i, knob] of tune.search.entries()) checkKnob(knob, `search[${i}]`);
  return tune;
}

function ruleProblems({ start, goal, heldOut, seed = 1, seeds = 9 }: Tune): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const { baseline, config } = start;
  if (baseline !== undefined && config !== undefined)
    problems.push({ path: 'start', found: 'both baseline and config', expected: 'one of them' });
  const names = BASELINES.map(({ name }) => name);
  if (baseline !== undefined && !names.includes(baseline)) {
    const expected = nearest(baseline, names) ?? `one of ${names.join(', ')}`;
    problems.push({ path: 'start.baseline', found: `"${baseline}"`, expected });
  }
  const better = labFigureOf(goal)?.better;
  if (better === undefined || better === null)
    problems.push({
      path: 'goal',
      found: `"${goal}"`,
      expected: 'a figure with a better direction, e.g. ttftMs.p99',
    });
  const from = heldOut?.seed ?? 101;
  const to = from + (heldOut?.seeds ?? 8);
  if (from < seed + seeds && seed < to) {
    const expected = `seeds apart from those of the search (${seed} to ${seed + seeds - 1})`;
    problems.push({ path: 'heldOut.seed', found: `${from} to ${to - 1}`, expected });
  }
  return problems;
}

/** What the search starts from; `config` is the document's, read in. Throws ConfigError for knobs that it does not have. */
export function startConfig(tune: Tune, config: RouterConfig | undefined): RouterConfig {
  const { baseline } = tune.start;
  const boxed = BASELINES.find(({ name }) => name === baseline)?.config ?? undefined;
  const start = config ?? boxed ?? defaultRouterConfig(tune.fleet) ?? BUILT_IN_CONFIG;
  const middle = tune.search.map((knob) => knobValue(knob, 0.5));
  withKnobs(start, tune.search, middle);
  return start;
}
