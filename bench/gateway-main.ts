/**
 * `npm run bench:gateway [-- rate latency kills soak]`: one JSON object a line on stdout; no names run all parts. Children of the
 * benchmark come here again, with a role.
 */
import { latencyBench, rateBench } from './gateway.ts';
import { killBench, soakBench } from './gateway-faults.ts';
import { gatewayRole } from './gateway-processes.ts';
import type { BenchResult, Print } from './print.ts';

const PARTS: Readonly<Record<string, (print: Print) => Promise<void>>> = {
  rate: rateBench,
  latency: latencyBench,
  kills: killBench,
  soak: soakBench,
};

if (!gatewayRole()) {
  const print = (result: BenchResult): void => {
    process.stdout.write(`${JSON.stringify(result)}\n`);
  };
  const asked = process.argv.slice(2);
  for (const [name, run] of Object.entries(PARTS)) {
    if (asked.length === 0 || asked.includes(name)) await run(print);
  }
}
