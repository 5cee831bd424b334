/** `npm run bench [-- --mooncake FILE] [--large]`, or `-- --plan [--plan-file FILE]` alone: one JSON object a line on stdout. */
import { parseArgs } from 'node:util';
import { browserBench } from './browser.ts';
import { endToEndBenches } from './end-to-end.ts';
import { engineBenches } from './engine-step.ts';
import { kernelBenches } from './kernel.ts';
import { planBench } from './plan.ts';
import type { BenchResult } from './print.ts';
import { routerBenches } from './router.ts';

const { values } = parseArgs({
  options: {
    mooncake: { type: 'string' },
    large: { type: 'boolean', default: false },
    plan: { type: 'boolean', default: false },
    'plan-file': { type: 'string', default: 'scenarios/plans/plan-chat-70b.yaml' },
  },
});
const print = (result: BenchResult): void => {
  process.stdout.write(`${JSON.stringify(result)}\n`);
};
if (values.plan) {
  await planBench(print, values['plan-file']);
} else {
  kernelBenches(print);
  engineBenches(print);
  routerBenches(print);
  endToEndBenches(print, { mooncake: values.mooncake, large: values.large });
  await browserBench(print);
  print({ name: 'peak memory', value: process.resourceUsage().maxRSS / 1024, unit: 'MiB' });
}
