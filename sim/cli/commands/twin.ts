/** `drydock twin`: one workload through the live gateway and engines, and through the simulator, side by side. */
import { type Command, Option } from 'commander';
import { ConfigError } from '../../../src/core/check.ts';
import { Simulation } from '../../cluster/simulate.ts';
import { withBoxed } from '../../lab/baselines/boxed.ts';
import { DEFAULT_SEED } from '../../run/plan-cells.ts';
import { type LiveScenario, loadLiveScenario } from '../emulate/live-scenario.ts';
import { blocksText, json, print } from '../output.ts';
import { loadPluginFiles } from '../plugin/load-plugin.ts';
import type { Block } from '../report-tables.ts';
import { pluginOption } from '../run-options.ts';
import { routerConfig, runLive } from '../twin/live-run.ts';
import { repeatDecisions } from '../twin/repeat.ts';
import { type TwinReport, twinReport } from '../twin/twin-report.ts';

interface TwinOptions {
  readonly format: 'json' | 'table';
  readonly plugin: readonly string[];
}

export function register(program: Command): void {
  program
    .command('twin')
    .summary('live and simulated fleet side by side')
    .description(
      'Plays a scenario in real time through gateway and emulated engines on loopback, repeats every routing decision from the recorded events, and simulates the same workload. Takes as long as the workload lasts.',
    )
    .argument('<scenario>', 'scenario file (YAML or JSON)')
    .addOption(pluginOption())
    .addOption(new Option('--format <format>', 'output format').choices(['json', 'table']).default('table'))
    .action(twin);
}

async function twin(file: string, options: TwinOptions): Promise<void> {
  const live = loadLiveScenario(file, withBoxed(await loadPluginFiles(options.plugin)));
  try {
    const report = await runTwin(live);
    print(options.format === 'json' ? json(report) : blocksText(blocks(report), 'table'));
  } catch (error) {
    throw error instanceof ConfigError ? live.document.locate(error) : error;
  }
}

/** Runs both sides of a scenario. */
export async function runTwin(live: LiveScenario): Promise<TwinReport> {
  const { scenario } = live;
  for (const key of ['faults', 'autoscaler', 'clients'] as const) {
    if (scenario[key] === undefined) continue;
    throw new ConfigError({ path: key, found: key, expected: `no ${key}: the live run has none` });
  }
  const seed = scenario.seed ?? DEFAULT_SEED;
  const instances = new Map<number, readonly number[]>();
  const simulation = new Simulation(scenario, {
    seed,
    fastForward: true,
    extraPlugins: live.plugins.router,
    enginePolicies: live.plugins.engine,
    readLines: live.readLines,
    onRecord: ({ request, course: { endpoint, prefillEndpoint } }) =>
      instances.set(request.id, prefillEndpoint < 0 ? [endpoint] : [endpoint, prefillEndpoint]),
  });
  while (!simulation.advance(Number.POSITIVE_INFINITY));
  const run = await runLive(live, seed);
  const repeated = repeatDecisions(run.events, {
    config: routerConfig(live),
    extraPlugins: live.plugins.router,
    seed,
    allowExperimentalPlugins: scenario.router?.allowExperimentalPlugins ?? false,
  });
  return twinReport(run, simulation.result().recorder, repeated, instances);
}

function blocks(report: TwinReport): Block[] {
  const { compared, agreeing, agreeingWithRecordedScrapes } = report.decisions;
  const ms = (value: number | null): string => (value === null ? '-' : value.toFixed(2));
  const rows = (['ttftMs', 'itlMs', 'tpotMs', 'e2eMs'] as const).flatMap((metric) =>
    (['mean', 'p50', 'p95', 'p99'] as const).map((figure) => [
      `${metric}.${figure}`,
      ms(report.live[metric][figure]),
      ms(report.simulated[metric][figure]),
    ]),
  );
  const late = report.noise.stepLatenessMs;
  return [
    `${report.requests} requests: ${agreeingWithRecordedScrapes} of ${compared} decisions repeated from recorded events, ${agreeing} the same in the simulator on its own`,
    { header: ['', 'live', 'simulated'], rows },
    `engine steps were handled ${ms(late.mean)} ms late on average (p99 ${ms(late.p99)} ms)`,
    ...report.notes,
  ];
}
