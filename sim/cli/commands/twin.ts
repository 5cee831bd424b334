/** `drydock twin`: one workload through the live gateway and engines, and through the simulator, side by side. */
import { type Command, Option } from 'commander';
import { ConfigError } from '../../../src/core/check.ts';
import type { Block } from '../../export/report/report-tables.ts';
import { withBoxed } from '../../lab/baselines/boxed.ts';
import { DEFAULT_SEED } from '../../run/plan-cells.ts';
import { type LiveScenario, loadLiveScenario } from '../emulate/live-scenario.ts';
import { blocksText, json, print } from '../output.ts';
import { loadPluginFiles } from '../plugin/load-plugin.ts';
import { pluginOption } from '../run-options.ts';
import { routerConfig, runLive } from '../twin/live-run.ts';
import { recordingOf } from '../twin/recording.ts';
import { simulated } from '../twin/simulated.ts';
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
      'Plays a scenario in real time through gateway and emulated engines on loopback, has the simulator repeat every routing decision from the recorded arrivals, scrapes and answers, and simulates the same workload on its own. Takes as long as the workload lasts.',
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
  refuseWhatOnlyIsSimulated(live);
  const seed = scenario.seed ?? DEFAULT_SEED;
  const alone = simulated(live, seed);
  const run = await runLive(live, seed);
  const recording = recordingOf(run.events, run.requests, routerConfig(live));
  return twinReport(run, alone, simulated(live, seed, recording));
}

function refuseWhatOnlyIsSimulated({ scenario, fleet }: LiveScenario): void {
  for (const key of ['faults', 'autoscaler', 'clients', 'rollout'] as const) {
    if (scenario[key] === undefined) continue;
    throw new ConfigError({ path: key, found: key, expected: `no ${key}: the live run has none` });
  }
  if (scenario.prices?.purchase === 'spot') {
    throw new ConfigError({
      path: 'prices.purchase',
      found: 'spot',
      expected: 'another purchase: no machine of the live run is taken back',
    });
  }
  if (scenario.run?.idealised !== undefined) {
    throw new ConfigError({
      path: 'run.idealised',
      found: scenario.run.idealised.join(', '),
      expected: 'nothing idealised: the live run is real',
    });
  }
  const models = [...new Set(fleet.pools.map(({ model }) => model.id))];
  if (models.length > 1) {
    throw new ConfigError({
      path: 'fleet.pools',
      found: `pools of ${models.join(' and ')}`,
      expected: 'one model: the live gateway has one router',
    });
  }
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
    `${report.requests} requests: ${agreeingWithRecordedScrapes} of ${compared} decisions repeated by the simulator from recorded arrivals, scrapes and answers; ${agreeing} the same in the simulator on its own`,
    { header: ['', 'live', 'simulated'], rows },
    `engine steps were handled ${ms(late.mean)} ms late on average (p99 ${ms(late.p99)} ms)`,
    ...report.notes,
  ];
}
