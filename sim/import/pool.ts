/** From what a server's command says to a pool of a scenario. Shared by all engines. */
import { gpuByName } from '../../models/gpu-names.ts';
import { findGpu } from '../../models/gpus.ts';
import { lookUpLlm } from '../../models/llms.ts';
import { ConfigError } from '../../src/core/check.ts';
import type { PoolLine } from '../export/pool-line.ts';
import type { PoolSpec } from '../scenario/schema.ts';
import type { ImportContext } from './imported.ts';

/** What one command or manifest says. */
export interface ServerFacts {
  readonly engine: PoolSpec['engine']['name'];
  readonly model: string | undefined;
  readonly version?: string | undefined;
  readonly args: Readonly<Record<string, number | string | boolean>>;
  readonly parallel: { readonly tp: number; readonly pp: number; readonly dp: number; readonly ep: number };
  readonly weights?: string | undefined;
  readonly kv?: string | undefined;
  readonly role?: PoolSpec['role'] | undefined;
  readonly replicas?: number | undefined;
  /** As the platform spells it. */
  readonly gpu?: string | undefined;
  readonly name?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** The pool. `line`: what an export noted of it. `where`: how errors name the text. */
export function poolOf(
  facts: ServerFacts,
  line: PoolLine | null,
  context: ImportContext,
  index: number,
  where: string,
): { readonly pool: PoolSpec; readonly notes: readonly string[] } {
  const { tp, pp } = facts.parallel;
  const dp = line?.dp ?? facts.parallel.dp;
  const ep = line?.ep ?? facts.parallel.ep;
  const args = { ...facts.args, ...line?.args };
  const byName = line === null && facts.weights === undefined ? checkpointWeights(facts.model) : undefined;
  const weights = line?.weights ?? facts.weights ?? byName;
  const kv = line?.kv ?? facts.kv;
  // An exported image's tag is a default where the scenario named no version.
  const version = line === null ? facts.version : line.version;
  const labels = line?.labels ?? facts.labels;
  const role = line?.role ?? facts.role ?? 'both';
  const fallbackName = role === 'both' ? 'servers' : role;
  const name = line?.name ?? facts.name ?? (index === 0 ? fallbackName : `${fallbackName}-${index + 1}`);
  const pool: PoolSpec = {
    name,
    role,
    replicas: line?.replicas ?? facts.replicas ?? context.replicas ?? 1,
    gpu: line?.gpu ?? gpuId(facts.gpu, context, where),
    model: modelSpec(facts.model, context, where),
    engine: {
      name: facts.engine,
      ...(version === undefined ? {} : { version }),
      ...(Object.keys(args).length === 0 ? {} : { args }),
    },
    ...parallelPart({ tp, pp, dp, ep }),
    ...precisionPart(weights, kv),
    ...(line?.link === undefined ? {} : { link: line.link }),
    ...(line?.node === undefined ? {} : { node: line.node }),
    ...(line?.kvTiers === undefined ? {} : { kvTiers: line.kvTiers }),
    ...(labels === undefined || Object.keys(labels).length === 0 ? {} : { labels: { ...labels } }),
  };
  const notes = byName === undefined ? [] : [`${byName} weights, by the name ${facts.model}`];
  return { pool, notes };
}

/** Endings of checkpoints' names that say how their weights are stored. */
const CHECKPOINTS: readonly (readonly [pattern: RegExp, weights: string])[] = [
  [/[-_.](nvfp4|fp4)\b/i, 'nvfp4'],
  [/[-_.]fp8\b/i, 'fp8'],
  [/[-_.](awq|gptq|int4|w4a16)\b/i, 'int4_wo'],
  [/[-_.](int8|w8a8)\b/i, 'int8'],
  [/[-_.]w8a16\b/i, 'int8_wo'],
];

/** The weight precision that a checkpoint's name tells, where it is not that of the model as published. */
function checkpointWeights(name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const found = CHECKPOINTS.find(([pattern]) => pattern.test(name))?.[1];
  const native = lookUpLlm(name)?.nativePrecision;
  return found === native || native?.startsWith(`${found}_`) === true ? undefined : found;
}

/** Sizes other than 1. */
function parallelPart(sizes: ServerFacts['parallel']): Pick<PoolSpec, 'parallel'> {
  const given = Object.entries(sizes).filter(([, size]) => size > 1);
  return given.length === 0 ? {} : { parallel: Object.fromEntries(given) };
}

function precisionPart(weights: string | undefined, kv: string | undefined): Pick<PoolSpec, 'precision'> {
  if (weights === undefined && kv === undefined) return {};
  return {
    precision: { ...(weights === undefined ? {} : { weights }), ...(kv === undefined ? {} : { kv }) },
  };
}

/** The accelerator's catalogue id. Throws ConfigError when nothing names it. */
export function gpuId(written: string | undefined, context: ImportContext, where: string): string {
  if (context.gpu !== undefined) return (gpuByName(context.gpu) ?? findGpu(context.gpu, '--gpu')).id;
  const found = written === undefined ? undefined : gpuByName(written);
  if (found !== undefined) return found.id;
  throw new ConfigError({
    path: where,
    found: written === undefined ? 'no accelerator' : `the accelerator "${written}"`,
    expected: '--gpu with an id of `drydock catalog gpus`, e.g. --gpu h100-sxm',
  });
}

/** The model as a scenario names it. Throws ConfigError when the catalogue does not have it and no config.json is given. */
export function modelSpec(
  written: string | undefined,
  context: ImportContext,
  where: string,
): PoolSpec['model'] {
  if (context.modelConfig !== undefined) return { config: context.modelConfig };
  const wanted = context.model ?? written;
  const found = wanted === undefined ? undefined : lookUpLlm(wanted);
  if (found !== undefined) return found.id;
  throw new ConfigError({
    path: where,
    found: wanted === undefined ? 'no model' : `the model "${wanted}", which the catalogue does not have`,
    expected: '--model with an id of `drydock catalog models`, or --model-config with its config.json',
  });
}
