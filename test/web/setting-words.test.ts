/** What differs between fleets is said as the form says it, with units; nothing is said as a path. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { settingValue, settingWords } from '../../web/compare/setting-words.ts';
import { settingsOf } from '../../web/compare/settings.ts';

it('calls settings what the form calls them, and says which pool', () => {
  expect(settingWords('pools.prefill.replicas').words).toBe('Replicas, pool prefill');
  expect(settingWords('pools.all.parallel.tp').words).toBe('GPUs per replica (TP), all replicas');
  expect(settingWords('pools.decode.engine.args.max_num_batched_tokens').words).toBe(
    'Tokens per step, pool decode',
  );
});

it('gives numbers their unit and values their words', () => {
  expect(settingValue('network.kvLink.GBps', '25')).toBe('25\u00a0GB/s per GPU');
  expect(settingValue('pools.all.role', 'both')).toBe('prefill and decode');
  expect(settingValue('router.allowExperimentalPlugins', 'true')).toBe('yes');
  expect(settingValue('pools.all.engine.args.max_num_batched_tokens', '16384')).toBe('16,384');
});

it('spells out what it has no word for, with the unit that the name ends in', () => {
  expect(settingWords('pools.all.kvTiers.0.sizeGiB')).toEqual({
    words: 'KV tiers 1, size, all replicas',
    unit: 'GiB',
  });
  expect(settingWords('pools.all.engine.args.kv_cache_dtype').words).toBe(
    'Engine’s kv_cache_dtype, all replicas',
  );
});

it('leaves no path among the settings of a shipped comparison, and no two with one name', () => {
  const settings = settingsOf(parse(readFileSync('scenarios/compare-pd.yaml', 'utf8')));
  const words = settings.map(({ path }) => settingWords(path).words);
  expect(settings.length).toBeGreaterThan(10);
  for (const one of words) expect(one).not.toMatch(/[a-z]\.[a-z]/);
  expect(new Set(words).size).toBe(words.length);
});
