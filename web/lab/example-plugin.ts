/** A scorer to start from, and the configuration that puts it to work. */

export const PLUGIN_PATH = 'my-scorer.js';
export const POLICY_NAME = 'my-scorer';

export const EXAMPLE_PLUGIN = `// Rates instances: out[i] from 0 (worst) to 1 (best). No clock, no random numbers, no network.
export const plugin = {
  type: 'my-scorer',
  kinds: ['scorer'],
  defaults: { fullAt: 16 },
  create: ({ fullAt }) => ({
    scorer: {
      score({ rows, count, table }, out) {
        for (let i = 0; i < count; i++) {
          const queue = table.waiting[rows[i]] + table.running[rows[i]] / 8;
          out[i] = 1 - Math.min(queue, fullAt) / fullAt;
        }
      },
    },
  }),
};
`;

/** One profile: the module's scorer alone, and the highest total wins. */
export function pluginPolicy(type: string) {
  return {
    name: POLICY_NAME,
    plugin: PLUGIN_PATH,
    config: {
      apiVersion: 'llm-d.ai/v1alpha1',
      kind: 'EndpointPickerConfig',
      plugins: [{ type }, { type: 'max-score-picker' }],
      schedulingProfiles: [
        { name: 'default', plugins: [{ pluginRef: type }, { pluginRef: 'max-score-picker' }] },
      ],
    },
  };
}

/** The type that a module names; the example's where it cannot be told. */
export function typeOf(source: string): string {
  return /\btype:\s*['"]([\w-]+)['"]/.exec(source)?.[1] ?? 'my-scorer';
}
