/** `drydock emulate`: a scenario's engines as vLLM-compatible servers on loopback, on the wall clock. */
import { writeFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { unwritable } from '../document.ts';
import { EngineServer } from '../emulate/engine-server.ts';
import { loadLiveScenario } from '../emulate/live-scenario.ts';
import { json, print } from '../output.ts';
import { portNumber, untilStopped } from './serve.ts';

interface EmulateOptions {
  readonly speed: number;
  readonly portBase: number;
  readonly endpoints?: string;
}

export function register(program: Command): void {
  program
    .command('emulate')
    .summary('engines of a scenario as live servers on loopback')
    .description(
      'Runs the engines of a scenario on the wall clock as OpenAI-compatible servers on 127.0.0.1 and prints their endpoints for `drydock serve`. Prefill and decode pools are refused.',
    )
    .argument('<scenario>', 'scenario file (YAML or JSON)')
    .option('--speed <factor>', 'how many times faster than real time', positive, 1)
    .option('--port-base <port>', 'first port; 0: any free ones', portNumber, 8100)
    .option('--endpoints <file>', 'write the endpoints file as well')
    .action(emulate);
}

async function emulate(file: string, options: EmulateOptions): Promise<void> {
  const { fleet } = loadLiveScenario(file);
  const servers: EngineServer[] = [];
  const endpoints: { id: string; address: string; labels: Readonly<Record<string, string>> }[] = [];
  for (const pool of fleet.pools) {
    for (let i = 0; i < pool.replicas; i++) {
      const server = new EngineServer(pool, options.speed);
      const port = await server.listen(options.portBase === 0 ? 0 : options.portBase + servers.length);
      endpoints.push({
        id: `${pool.name}-${servers.length}`,
        address: `127.0.0.1:${port}`,
        labels: pool.labels,
      });
      servers.push(server);
    }
  }
  print(json(endpoints));
  if (options.endpoints !== undefined) {
    try {
      writeFileSync(options.endpoints, json(endpoints));
    } catch (error) {
      throw unwritable(options.endpoints, error);
    }
  }
  await untilStopped();
  for (const server of servers) await server.close();
}

function positive(text: string): number {
  const value = Number(text.replace(/x$/, ''));
  if (!(value > 0 && value <= 1000)) throw new InvalidArgumentError('not a factor above 0, at most 1000');
  return value;
}
