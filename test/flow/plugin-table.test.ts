/**
 * The table of plugins in docs/router-plugins.md is written from the code: `npx vitest run
 * test/flow/plugin-table -u` renews it.
 */
import { expect, test } from 'vitest';
import { ConfigError } from '../../src/core/check.ts';
import type { PluginDefinition } from '../../src/routing/plugin.ts';
import { PLUGINS } from '../../src/routing/plugins.ts';

const PROBE = 'noSuchParameter';

/**
 * Parameter names that a plugin takes, as its refusal of an unknown one lists them; null when it ignores all.
 */
function parameterNames(definition: PluginDefinition): string[] | null {
  try {
    definition.bind({ [PROBE]: 0 }, '');
    return null;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const problem = error.problems.find(({ path }) => path === PROBE);
    const list = /(?:^one of |\(of )([^)]*)\)?$/.exec(problem?.expected ?? '')?.[1];
    return list === undefined ? [] : list.split(', ');
  }
}

/** Parameters as read from nothing; empty when the plugin has mandatory ones. */
function defaults(definition: PluginDefinition): Readonly<Record<string, unknown>> {
  try {
    return { ...(definition.bind(undefined, '').parameters as object) };
  } catch (error) {
    if (error instanceof ConfigError) return {};
    throw error;
  }
}

function parameterText(definition: PluginDefinition): string {
  const names = parameterNames(definition);
  if (names === null) return 'ignored';
  if (names.length === 0) return 'none';
  const known = defaults(definition);
  return names
    .map((name) => {
      const value = known[name];
      const isPlain =
        typeof value === 'number' ||
        typeof value === 'boolean' ||
        (typeof value === 'string' && value !== '');
      return isPlain ? `\`${name}\` ${value}` : `\`${name}\``;
    })
    .join(', ');
}

function table(): string {
  const rows = PLUGINS.toSorted((a, b) => (a.type < b.type ? -1 : 1)).map((plugin) => {
    const { type, kinds, stability, summary } = plugin;
    return `| \`${type}\` | ${kinds.join(', ')} | ${stability} | ${parameterText(plugin)} | ${summary} |`;
  });
  return [
    '# Plugins of the router',
    '',
    'Every registered plugin type, written from the code by `test/flow/plugin-table.test.ts`. A number or word',
    'behind a parameter is its default. *none*: any parameter is refused; *ignored*: parameters are not looked at,',
    'as upstream. Alpha plugins need `--allow-experimental-plugins`.',
    '',
    '| type | used as | stability | parameters | what it does |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

test('plugin types are unique, and each says what it does', () => {
  expect(new Set(PLUGINS.map((plugin) => plugin.type)).size).toBe(PLUGINS.length);
  for (const plugin of PLUGINS) {
    expect(plugin.summary, plugin.type).toMatch(/\S{2,}/);
    expect(plugin.summary, plugin.type).not.toContain('|');
  }
});

test('the documented table is that of the code', async () => {
  await expect(table()).toMatchFileSnapshot('../../docs/router-plugins.md');
});
