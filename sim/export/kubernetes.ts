/** What the Kubernetes targets share: names, labels, one group of pools per model, accelerator resources. */
import { findGpu } from '../../models/gpus.ts';
import { lookUpLlm } from '../../models/llms.ts';
import type { PoolSpec } from '../scenario/schema.ts';
import { type EngineCommand, modelName } from './engine/command.ts';
import { engineCommand } from './engine/exporters.ts';
import { slug } from './slug.ts';
import type { ExportSource } from './target.ts';

/** Port of the model servers; with a sidecar the sidecar listens there and the engine on the other one. */
export const SERVER_PORT = 8000;
export const SIDECAR_TARGET_PORT = 8200;

/** A pool with its command and its place in the scenario. */
export interface PlacedPool {
  readonly pool: PoolSpec;
  readonly command: EngineCommand;
}

/** Pools that serve the same model: one InferencePool, one endpoint picker. */
export interface ModelGroup {
  /** Name of its Kubernetes objects. */
  readonly name: string;
  /** Name that the model is loaded by. */
  readonly model: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly pools: readonly PlacedPool[];
  readonly isDisaggregated: boolean;
}

/** The fleet's pools by model, in order of appearance. Throws ConfigError for an engine that cannot be exported. */
export function modelGroups(source: ExportSource): ModelGroup[] {
  const { pools } = source.scenario.fleet;
  const models = [...new Set(pools.map((pool) => modelName(pool).name))];
  return models.map((model) => {
    const own = pools.flatMap((pool, i) =>
      modelName(pool).name === model ? [{ pool, command: engineCommand(pool, `fleet.pools[${i}]`) }] : [],
    );
    const name = models.length === 1 ? slug(source.name) : slug(`${source.name} ${shortName(model)}`);
    return {
      name,
      model,
      labels: { 'llm-d.ai/inferenceServing': 'true', 'llm-d.ai/model': slug(shortName(model)) },
      pools: own,
      isDisaggregated: own.some(({ pool }) => pool.role !== 'both'),
    };
  });
}

/** Labels of a pool's pods: the scenario's own, and the role that the router goes by. */
export function podLabels(group: ModelGroup, pool: PoolSpec): Record<string, string> {
  const role = pool.role === 'both' ? {} : { 'llm-d.ai/role': pool.role };
  return { ...group.labels, ...role, ...pool.labels };
}

/** Name of the extended resource that a scheduler counts accelerators by. */
export function acceleratorResource(gpuId: string): string {
  const { vendor } = findGpu(gpuId);
  const names: Readonly<Record<string, string>> = {
    AMD: 'amd.com/gpu',
    Google: 'google.com/tpu',
    Intel: 'habana.ai/gaudi',
    AWS: 'aws.amazon.com/neuron',
  };
  return names[vendor] ?? 'nvidia.com/gpu';
}

/** The gap of a server that is larger than a node; null where it fits. */
export function nodeGap({ pool, command }: PlacedPool): string | null {
  const perNode = pool.node?.gpus ?? findGpu(pool.gpu).gpusPerNode;
  if (command.gpus <= perNode) return null;
  return `pool ${pool.name}: one server takes ${command.gpus} accelerators, more than a node's ${perNode}; it needs a LeaderWorkerSet`;
}

/** Gaps of the group's pools. */
export function groupGaps(group: ModelGroup): string[] {
  return group.pools.flatMap((placed) => {
    const node = nodeGap(placed);
    return [
      ...placed.command.gaps,
      ...(node === null ? [] : [node]),
      `pool ${placed.pool.name}: that its nodes hold ${placed.pool.gpu}; set a nodeSelector`,
    ];
  });
}

function shortName(model: string): string {
  return lookUpLlm(model)?.id ?? model.split('/').at(-1)!;
}
