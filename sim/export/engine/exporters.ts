/** The list of engines that can be exported: one import and one line each. */
import { ConfigError } from '../../../src/core/check.ts';
import type { PoolSpec } from '../../scenario/schema.ts';
import type { EngineCommand, EngineExporter } from './command.ts';
import { sglangExporter } from './sglang.ts';
import { trtllmExporter } from './trtllm.ts';
import { vllmExporter } from './vllm.ts';

export const ENGINE_EXPORTERS: readonly EngineExporter[] = [vllmExporter, sglangExporter, trtllmExporter];

/** The command of a pool's engine. Throws ConfigError when the engine cannot be exported. */
export function engineCommand(pool: PoolSpec, path: string): EngineCommand {
  const exporter = ENGINE_EXPORTERS.find((one) => one.engine === pool.engine.name);
  if (exporter !== undefined) return exporter.command(pool);
  throw new ConfigError({
    path: `${path}.engine.name`,
    found: `"${pool.engine.name}"`,
    expected: `an engine that can be exported: ${ENGINE_EXPORTERS.map((one) => one.engine).join(', ')}`,
  });
}
