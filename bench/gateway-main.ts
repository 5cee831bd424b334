/** `npm run bench:gateway`: one JSON object a line on stdout. Children of the benchmark come here again, with a role. */
import { gatewayBench, gatewayRole } from './gateway.ts';
import { killBench, soakBench } from './gateway-faults.ts';
import type { BenchResult } from './print.ts';

if (!gatewayRole()) {
  const print = (result: BenchResult): void => {
    process.stdout.write(`${JSON.stringify(result)}\n`);
  };
  await gatewayBench(print);
  await killBench(print);
  await soakBench(print);
}
