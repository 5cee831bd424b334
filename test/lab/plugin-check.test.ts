import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkPlugin } from '../../sim/cli/plugin/check-plugin.ts';
import { loadPlugins } from '../../sim/cli/plugin/load-plugin.ts';
import { scorerSource } from '../../sim/cli/plugin/scaffold.ts';
import { BASELINES } from '../../sim/lab/baselines/all.ts';
import { pluginsOf } from '../../src/plugin-api/plugin-module.ts';

interface State {
  count: number;
  rows: Int32Array;
}

function problemsOf(capabilities: object): readonly string[] {
  const plugin = { type: 'own', kinds: ['scorer'], create: () => capabilities };
  return checkPlugin(pluginsOf({ plugin }, '')[0]!).problems;
}

async function inFolder<T>(name: string, text: string, action: (file: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-'));
  try {
    writeFileSync(join(folder, name), text);
    return await action(join(folder, name));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('what the scaffold writes loads and keeps the contract', async () => {
  const { router } = await inFolder('mine.mjs', scorerSource('mine'), loadPlugins);
  expect(checkPlugin(router[0]!)).toMatchObject({ type: 'mine', problems: [], exercised: ['scorer'] });
});

test('as a TypeScript module it does, too', async () => {
  const { router } = await inFolder('mine.ts', scorerSource('mine', 'ts'), loadPlugins);
  expect(checkPlugin(router[0]!)).toMatchObject({ type: 'mine', problems: [], exercised: ['scorer'] });
});

test('what a plugin throws is told as its mistake', () => {
  const made = (create: () => object) =>
    pluginsOf({ plugin: { type: 'own', kinds: ['scorer'], create } }, '')[0]!;
  const fails = (): never => {
    throw new Error('oops');
  };
  expect(() => checkPlugin(made(fails))).toThrow(/plugin own: found an error in create: oops/);
  expect(() => checkPlugin(made(() => ({ scorer: { score: fails } })))).toThrow(
    /plugin own: found an error in score: oops/,
  );
});

test('a plugin may be an instance of a class', () => {
  class Own {
    get scorer() {
      return { score: ({ count }: State, out: Float64Array) => void out.fill(0.5, 0, count) };
    }
  }
  const plugin = { type: 'own', kinds: ['scorer'], create: () => new Own() };
  expect(checkPlugin(pluginsOf({ plugin }, '')[0]!)).toMatchObject({ problems: [], exercised: ['scorer'] });
});

test('the plugins in the box keep the contract', () => {
  for (const plugin of BASELINES.flatMap((one) => one.plugins))
    expect(checkPlugin(plugin).problems).toEqual([]);
});

test('each breach of the contract is named', () => {
  const scorer = (score: (cycle: State, out: Float64Array) => void) =>
    problemsOf({ scorer: { score } }).join();
  expect(scorer((_cycle, out) => void out.fill(0.5))).toContain('beyond the candidates');
  expect(scorer(() => {})).toContain('without a score');
  expect(scorer(({ count }, out) => void out.fill(2, 0, count))).toContain('outside 0..1');
  expect(scorer(({ count }, out) => void out.fill(Date.now() > 0 ? 1 : 0, 0, count))).toContain('Date.now');
  let calls = 0;
  expect(scorer(({ count }, out) => void out.fill(++calls / 1e6, 0, count))).toContain('not deterministic');
  const reversing = { filter: ({ rows, count }: State) => void rows.subarray(0, count).reverse() };
  expect(problemsOf({ filter: reversing }).join()).toContain('filter');
  expect(problemsOf({ picker: { pick: () => 0 } }).join()).toContain('picker');
});

test('files that are no module are refused with a reason', async () => {
  await expect(loadPlugins('nowhere.mjs')).rejects.toThrow(/nowhere.mjs: found no such file/);
  await expect(inFolder('a.txt', '', loadPlugins)).rejects.toThrow(/ends in ".txt"/);
  await expect(inFolder('a.mjs', 'export const x = 1;', loadPlugins)).rejects.toThrow(/export named plugin/);
  await expect(inFolder('a.mjs', 'throw new Error("oops")', loadPlugins)).rejects.toThrow(
    /fails to load: oops/,
  );
});
