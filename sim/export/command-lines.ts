/** The targets `vllm`, `sglang` and `trtllm`: a shell script with one command per pool. */
import { ConfigError } from '../../src/core/check.ts';
import type { PoolSpec } from '../scenario/schema.ts';
import { type EngineCommand, type EngineExporter, quoted, shellCommand } from './engine/command.ts';
import { scenarioGaps } from './gaps.ts';
import { header } from './header.ts';
import { oneLine } from './slug.ts';
import type { ExportTarget } from './target.ts';

/** The target of one engine. Pools of other engines are gaps; a fleet without the engine is an error. */
export function commandLines(exporter: EngineExporter, program: string): ExportTarget {
  const { engine } = exporter;
  return {
    name: engine,
    summary: `${program} command lines, one a pool`,
    make(source) {
      const { pools } = source.scenario.fleet;
      const own = pools.filter((pool) => pool.engine.name === engine);
      if (own.length === 0) throw noSuchEngine(pools, engine);
      const commands = own.map((pool) => ({ pool, command: exporter.command(pool) }));
      const gaps = [
        ...commands.flatMap(({ command }) => command.gaps),
        ...pools.flatMap((pool) =>
          pool.engine.name === engine ? [] : [`pool ${pool.name}: it runs ${pool.engine.name}`],
        ),
        'the router: export it with --target epp',
        ...scenarioGaps(source.scenario),
      ];
      const scripts = commands.map(({ pool, command }) => script(pool, command));
      const text = `#!/bin/sh\n${header(source, gaps)}${scripts.join('\n')}`;
      return { files: [{ path: `${engine}.sh`, text }], gaps };
    },
  };
}

function noSuchEngine(pools: readonly PoolSpec[], wanted: string): ConfigError {
  const engines = [...new Set(pools.map((pool) => pool.engine.name))];
  return new ConfigError({
    path: 'fleet.pools',
    found: `no pool that runs ${wanted}`,
    expected: `--target ${engines.join(' or ')}, the engine of this fleet`,
  });
}

/** Comment, files as here-documents, command. */
function script(pool: PoolSpec, command: EngineCommand): string {
  const { replicas, gpu } = pool;
  const title = `# Pool ${oneLine(pool.name)}: run this on ${replicas === 1 ? 'one server' : `each of ${replicas} servers`} with ${command.gpus} x ${gpu}.`;
  const files = command.files.map(({ path, text }) => `cat > ${quoted(path)} <<'EOF'\n${text}EOF\n`);
  return `${title}\n${command.poolLine}\n${files.join('')}${shellCommand(command)}\n`;
}
