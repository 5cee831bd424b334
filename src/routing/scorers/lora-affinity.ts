/** The request's adapter is running 1; there is room for it 0.8; it waits to be loaded 0.6; else 0. */
import { definePlugin, ignoreParameters } from '../plugin.ts';

export const loraAffinityScorer = definePlugin({
  type: 'lora-affinity-scorer',
  kinds: ['scorer'],
  stability: 'beta',
  summary: 'endpoints that run the LoRA adapter or have room for it',
  parse: ignoreParameters,
  create: (_parameters, { table }) => ({
    scorer: {
      score({ request, rows, count }, out) {
        for (let i = 0; i < count; i++) {
          const row = rows[i]!;
          const active = table.activeModels[row]!;
          const waiting = table.waitingModels[row]!;
          if (active.includes(request.model)) out[i] = 1;
          else if (active.length + waiting.length < table.maxActiveModels[row]!) out[i] = 0.8;
          else out[i] = waiting.includes(request.model) ? 0.6 : 0;
        }
      },
    },
  }),
});
