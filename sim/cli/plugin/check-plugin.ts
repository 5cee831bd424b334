/**
 * The contract suite of `drydock plugin check`: a plugin is put on made-up fleets and requests, twice from the same state,
 * and what it writes is held against the contract of its kind. Clocks, timers and global randomness are watched meanwhile.
 */

import { Columns } from '../../../src/routing/columns.ts';
import { EndpointTable } from '../../../src/routing/endpoint.ts';
import type { PluginDefinition, PluginInstance } from '../../../src/routing/plugin.ts';
import { createStreams } from '../../kernel/streams.ts';
import { PromptContent } from '../../workload/prompt-content.ts';
import { RoutedRequest, requestTraits } from '../../workload/simulated-request.ts';

/** Outcome for one plugin; no problems: it keeps the contract. */
export interface CheckResult {
  readonly type: string;
  readonly problems: readonly string[];
  /** What was exercised: filter, scorer, picker, queue order. */
  readonly exercised: readonly string[];
  readonly calls: number;
  /** Wall time of a call over 16 endpoints, µs (median). */
  readonly usPerCall: number;
}

const ENDPOINTS = 16;
const CALLS = 2000;

/** Checks a plugin with its default parameters. */
export function checkPlugin(definition: PluginDefinition): CheckResult {
  const problems = new Set<string>();
  const first = exercise(definition, problems);
  const second = exercise(definition, problems);
  if (first.digest !== second.digest)
    problems.add('two runs from the same state and seed differ: it is not deterministic');
  return {
    type: definition.type,
    problems: [...problems],
    exercised: first.exercised,
    calls: CALLS,
    usPerCall: Math.min(first.usPerCall, second.usPerCall),
  };
}

interface Exercise {
  readonly digest: string;
  readonly exercised: readonly string[];
  readonly usPerCall: number;
}

function exercise(definition: PluginDefinition, problems: Set<string>): Exercise {
  const streams = createStreams(1);
  const draw = streams.open('check/state');
  const table = new EndpointTable();
  for (let i = 0; i < ENDPOINTS; i++) table.add({ id: `ns/e${i}`, address: `10.0.0.${i}:8000`, labels: {} });
  const columns = new Columns();
  columns.grow(ENDPOINTS);
  const instance = definition.bind(undefined, 'parameters').create({
    name: definition.type,
    rng: streams.open('check/plugin'),
    table,
    column: (type, producer) => columns.get(type, producer),
    plugin: () => ({}),
  });
  const traits = requestTraits({ classIndex: 0, model: 'm', tenant: 'tenant' });
  const written: number[] = [];
  const times: number[] = [];
  for (let call = 0; call < CALLS; call++) {
    for (let row = 0; row < ENDPOINTS; row++) {
      table.waiting[row] = Math.floor(draw.unit() * 20);
      table.running[row] = Math.floor(draw.unit() * 200);
      table.kvUsage[row] = draw.unit();
    }
    const tokens = 1 + Math.floor(draw.unit() * 4000);
    const prompt = new PromptContent([call % 7], [tokens], tokens, traits.keySeed);
    const request = new RoutedRequest(call, call * 1000, traits, prompt, 100);
    const rows = Int32Array.from({ length: ENDPOINTS }, (_, i) => i);
    const count = 1 + Math.floor(draw.unit() * ENDPOINTS);
    const cycle = { request, nowUs: call * 1000, table, rows, count, profile: 'default', peerRow: -1 };
    const startMs = performance.now();
    const { output, impure } = watched(() => callAll(instance, cycle, problems));
    times.push((performance.now() - startMs) * 1e3);
    for (const name of impure)
      problems.add(`calls ${name}: time is cycle.nowUs, draws come from context.rng`);
    written.push(...output);
  }
  const exercised = (['filter', 'scorer', 'picker'] as const).filter((kind) => instance[kind] !== undefined);
  times.sort((a, b) => a - b);
  return { digest: written.join(), exercised, usPerCall: times[CALLS / 2]! };
}

type TestCycle = Parameters<NonNullable<PluginInstance['scorer']>['score']>[0];

function callAll(instance: PluginInstance, cycle: TestCycle, problems: Set<string>): number[] {
  const before = cycle.rows.slice(0, cycle.count);
  if (instance.filter !== undefined) {
    instance.filter.filter(cycle);
    const kept = cycle.rows.slice(0, cycle.count);
    const isOrdered = kept.every((row, i) => before.includes(row) && (i === 0 || row > kept[i - 1]!));
    if (cycle.count > before.length || !isOrdered)
      problems.add('filter: keeps no sub-list of the candidates in their order');
  }
  const count = cycle.count;
  const totals = new Float64Array(ENDPOINTS).fill(Number.NaN);
  if (instance.scorer !== undefined) {
    if (instance.scorer.score(cycle, totals) === false) totals.fill(0, 0, count);
    const scores = totals.subarray(0, count);
    if (scores.some((score) => Number.isNaN(score)))
      problems.add('scorer: leaves a candidate without a score, or scores NaN');
    if (scores.some((score) => score < 0 || score > 1))
      problems.add('scorer: scores outside 0..1, which the router clamps');
    if (totals.subarray(count).some((score) => !Number.isNaN(score)))
      problems.add('scorer: writes beyond the candidates');
    if (cycle.count !== count) problems.add('scorer: changes the number of candidates');
  }
  const output = [...cycle.rows.subarray(0, cycle.count), ...totals.subarray(0, count)];
  if (instance.picker !== undefined && count > 0) {
    const picked = new Int32Array(ENDPOINTS).fill(-1);
    const some = totals.map((score, i) => (Number.isNaN(score) ? i / ENDPOINTS : score));
    const n = instance.picker.pick(cycle, some, picked);
    const list = [...picked.slice(0, Math.max(0, n))];
    const isValid =
      n >= 1 && n <= count && list.every((i) => i >= 0 && i < count) && new Set(list).size === n;
    if (!isValid) problems.add('picker: picks no candidate, one that is not there, or one twice');
    output.push(...list);
  }
  return output;
}

/** Runs an action with clocks, timers and global randomness replaced by ones that tell. */
export function watched<T>(action: () => T): { readonly output: T; readonly impure: ReadonlySet<string> } {
  const impure = new Set<string>();
  const restore: (() => void)[] = [];
  const watch = (owner: object, key: string, name: string): void => {
    const own = Reflect.get(owner, key) as (...parts: unknown[]) => unknown;
    Reflect.set(owner, key, (...parts: unknown[]) => {
      impure.add(name);
      return own.apply(owner, parts);
    });
    restore.push(() => Reflect.set(owner, key, own));
  };
  watch(Math, 'random', 'Math.random');
  watch(Date, 'now', 'Date.now');
  watch(performance, 'now', 'performance.now');
  watch(globalThis, 'setTimeout', 'setTimeout');
  watch(globalThis, 'fetch', 'fetch');
  try {
    return { output: action(), impure };
  } finally {
    for (const undo of restore) undo();
  }
}
