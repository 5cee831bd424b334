/** `drydock emulate`: a scenario's engines as vLLM-compatible servers on loopback, on the wall clock. */
import { writeFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { stringify } from 'yaml';
import { ConfigError } from '../../../src/core/check.ts';
import { BUILT_IN_CONFIG } from '../../../src/routing/config/defaults.ts';
import type { Fleet } from '../../cluster/fleet.ts';
import { unwritable } from '../document.ts';
import { LiveFleet } from '../emulate/live-fleet.ts';
import { type LiveScenario, loadLiveScenario } from '../emulate/live-scenario.ts';
import { json, print } from '../output.ts';
import { loadPluginFiles } from '../plugin/load-plugin.ts';
import { pluginOption } from '../run-options.ts';
import { portNumber, untilStopped } from '../serving.ts';
import { routerConfig } from '../twin/live-run.ts';

interface EmulateOptions {
  readonly speed: number;
  readonly host: string;
  readonly portBase: number;
  readonly endpoints?: string;
  readonly routerConfig?: string;
  readonly plugin: readonly string[];
}

export function register(program: Command): void {
  program
    .command('emulate')
    .summary('engines of a scenario as live servers on loopback')
    .description(
      'Runs the engines of a scenario on the wall clock as OpenAI-compatible servers, on loopback unless --host says otherwise, and prints their endpoints for `drydock serve`. Prefill and decode engines hand KV over as vLLM does over NIXL, at the speed of their links.',
    )
    .argument('<scenario>', 'scenario file (YAML or JSON)')
    .option('--speed <factor>', 'how many times faster than real time', positive, 1)
    .option('--host <address>', 'address to listen at; KV events stay on loopback', '127.0.0.1')
    .option('--port-base <port>', 'first port; 0: any free ones', portNumber, 8100)
    .option('--endpoints <file>', 'write the endpoints file as well')
    .option(
      '--router-config <file>',
      "write the scenario's EndpointPickerConfig, for `drydock serve --config`",
    )
    .addOption(pluginOption())
    .action(emulate);
}

async function emulate(file: string, options: EmulateOptions): Promise<void> {
  const scenario = loadLiveScenario(file, await loadPluginFiles(options.plugin));
  const live = await startFleet(scenario.fleet, options);
  const { endpoints } = live;
  print(json(endpoints));
  const { endpoints: endpointsFile, routerConfig: configFile } = options;
  if (endpointsFile !== undefined) write(endpointsFile, json(endpoints));
  if (configFile !== undefined)
    write(configFile, stringify(routerConfig(scenario) ?? BUILT_IN_CONFIG, { aliasDuplicateObjects: false }));
  process.stderr.write(hints(scenario, options));
  await untilStopped();
  await live.close();
}

/** What to do next: put the gateway in front, and ask it. */
function hints({ fleet }: LiveScenario, { endpoints, routerConfig: config }: EmulateOptions): string {
  const [first] = fleet.pools;
  const ask = `curl -N 127.0.0.1:8000/v1/completions -d '{"model": "${first!.model.id}", "prompt": "Hello", "max_tokens": 5, "stream": true}'`;
  if (endpoints === undefined) return '';
  const serve = [
    'drydock serve',
    ...(config === undefined ? [] : [`--config ${config}`]),
    `--endpoints ${endpoints}`,
  ];
  if (fleet.pools.some(({ role }) => role === 'prefill')) serve.push('--disaggregation gateway');
  return `in front of them: ${serve.join(' ')}\nand then: ${ask}\n`;
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw unwritable(file, error);
  }
}

async function startFleet(fleet: Fleet, { speed, host, portBase }: EmulateOptions): Promise<LiveFleet> {
  try {
    return await LiveFleet.start(fleet, speed, portBase, host);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new ConfigError({ path: '--host', found: host, expected: 'an address of this machine' });
    }
    if (code !== 'EADDRINUSE') throw error;
    const found = `${portBase} (${(error as Error).message})`;
    throw new ConfigError({ path: '--port-base', found, expected: 'the first of a row of free ports, or 0' });
  }
}

function positive(text: string): number {
  const value = Number(text.replace(/x$/, ''));
  if (!(value > 0 && value <= 1000)) throw new InvalidArgumentError('not a factor above 0, at most 1000');
  return value;
}
