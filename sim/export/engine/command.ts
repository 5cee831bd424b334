/** A server's command: what every engine's exporter makes, and words for a shell. */
import { lookUpLlm } from '../../../models/llms.ts';
import type { PoolSpec } from '../../scenario/schema.ts';
import { isOwnArgument } from '../pool-line.ts';
import type { ExportFile } from '../target.ts';

/** How one engine instance of a pool is started. */
export interface EngineCommand {
  /** The program with its positional arguments. */
  readonly program: readonly string[];
  /** Options, each with its value. */
  readonly options: readonly (readonly string[])[];
  /** The comment line of the pool. */
  readonly poolLine: string;
  /** Files that the command names. */
  readonly files: readonly ExportFile[];
  /** Container image. */
  readonly image: string;
  /** Accelerators of one instance. */
  readonly gpus: number;
  readonly gaps: readonly string[];
}

/** The engine of one target. */
export interface EngineExporter {
  /** Name of the engine in scenarios. */
  readonly engine: PoolSpec['engine']['name'];
  command(pool: PoolSpec): EngineCommand;
}

/** The name that the engine loads the model by, and what that leaves open. */
export function modelName(pool: PoolSpec): { readonly name: string; readonly gaps: readonly string[] } {
  if (typeof pool.model !== 'string') {
    const folder = pool.model.config.replace(/\/?[^/]*$/, '') || '.';
    return {
      name: folder,
      gaps: [
        `pool ${pool.name}: the model is known by ${pool.model.config} only; ${folder} stands for its weights`,
      ],
    };
  }
  const model = lookUpLlm(pool.model);
  const isOwnName = model === undefined || pool.model.includes('/');
  return { name: isOwnName ? pool.model : (model.huggingFace[0] ?? pool.model), gaps: [] };
}

/** Weight precision where it is not what the model is published in. */
export function changedWeights(pool: PoolSpec): string | undefined {
  const weights = pool.precision?.weights;
  const native = typeof pool.model === 'string' ? lookUpLlm(pool.model)?.nativePrecision : undefined;
  return weights === native ? undefined : weights;
}

/** The gap of weights that no option makes out of the published ones. */
export function weightsGap(pool: PoolSpec, weights: string): string {
  return `pool ${pool.name}: ${weights} weights; name a checkpoint that is quantised that way`;
}

/** The pool's parallel sizes, 1 where none is named. */
export function sizes(pool: PoolSpec): { tp: number; pp: number; dp: number; ep: number } {
  const { tp = 1, pp = 1, dp = 1, ep = 1 } = pool.parallel ?? {};
  return { tp, pp, dp, ep };
}

/** Engine arguments by their names with underscores; those that only the simulator has are left out. */
export function givenArgs(pool: PoolSpec): (readonly [name: string, value: number | string | boolean])[] {
  return Object.entries(pool.engine.args ?? {})
    .map(([name, value]) => [name.replace(/^--/, '').replaceAll('-', '_'), value] as const)
    .filter(([name]) => !isOwnArgument(name));
}

/** Whether the pool's engine arguments hold that name. */
export function hasArg(pool: PoolSpec, name: string): boolean {
  return givenArgs(pool).some(([given]) => given === name);
}

/** A version as an image tag has it: three numbers. */
export function imageTag(version: string): string {
  const parts = version.replace(/^v/, '').split('.');
  return `v${[...parts, '0', '0'].slice(0, Math.max(3, parts.length)).join('.')}`;
}

/** A word as a POSIX shell reads it back. */
export function quoted(word: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The command with one option a line. */
export function shellCommand({ program, options }: EngineCommand): string {
  return [program, ...options].map((words) => words.map(quoted).join(' ')).join(' \\\n  ');
}
