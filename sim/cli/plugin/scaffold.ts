/** The file that `drydock plugin new` writes: a scorer that works, to be changed. */

const TYPED = {
  ts: {
    head: "import type { UserPlugin } from 'drydock/plugin';\n\n",
    doc: '',
    annotation: ': UserPlugin<{ fullAt: number }>',
    sure: '!',
  },
  js: {
    head: '',
    doc: "/** @type {import('drydock/plugin').UserPlugin<{ fullAt: number }>} */\n",
    annotation: '',
    sure: '',
  },
} as const;

/** Source of a scorer of that type name. */
export function scorerSource(type: string, language: 'ts' | 'js' = 'js'): string {
  const { head, doc, annotation, sure } = TYPED[language];
  return `${head}/**
 * A scorer: rates every candidate from 0 (worst) to 1 (best). Name it in an EndpointPickerConfig:
 *
 *   plugins: [{ type: ${type}, parameters: { fullAt: 64 } }]
 *
 * Rules: no clock, timer, I/O or Math.random; time is cycle.nowUs, draws come from context.rng. Equal calls give equal
 * scores. Check it with: drydock plugin check <this file>
 */
${doc}export const plugin${annotation} = {
  type: '${type}',
  kinds: ['scorer'],
  summary: 'fewest waiting and running requests',
  defaults: { fullAt: 64 },
  create({ fullAt }) {
    return {
      scorer: {
        score({ rows, count, table }, out) {
          for (let i = 0; i < count; i++) {
            const row = rows[i]${sure};
            const load = table.waiting[row]${sure} + table.running[row]${sure};
            out[i] = 1 - Math.min(load, fullAt) / fullAt;
          }
        },
      },
    };
  },
};
`;
}
