/** From a case's hardware, engine and precision to the fleet of a scenario. */
import { LLMS } from '../../models/llms.ts';
import type { FleetSpec, PoolSpec } from '../scenario/schema.ts';
import type { MeasuredCase } from './case.ts';
import { engineVersion } from './engine-version.ts';
import { skip } from './skip.ts';

/** Catalogue ids by the names that cases use, both without dashes and in lower case; longest first. */
const GPU_NAMES: readonly (readonly [start: string, id: string])[] = [
  ['rtxpro6000', 'rtx-pro-6000-server'],
  ['rtx6000ada', 'rtx-6000-ada'],
  ['rtxa6000', 'rtx-a6000'],
  ['rtx4090', 'rtx-4090'],
  ['a100sxm80', 'a100-80gb-sxm'],
  ['a100sxm40', 'a100-40gb-sxm'],
  ['a100pcie', 'a100-80gb-pcie'],
  ['h100sxm', 'h100-sxm'],
  ['h100pcie', 'h100-pcie'],
  ['h100nvl', 'h100-nvl'],
  ['h200', 'h200-sxm'],
  ['gb200', 'gb200-nvl72'],
  ['gb300', 'gb300-nvl72'],
  ['b200', 'b200-sxm'],
  ['b300', 'b300-sxm'],
  ['mi300x', 'mi300x'],
  ['mi325x', 'mi325x'],
  ['mi355x', 'mi355x'],
  ['mi350x', 'mi350x'],
  ['a100', 'a100-80gb-sxm'],
  ['h100', 'h100-sxm'],
  ['a6000', 'rtx-a6000'],
  ['a10g', 'a10g'],
  ['l40s', 'l40s'],
  ['h20', 'h20'],
  ['l4', 'l4'],
];

/** GPUs of one host reach each other through CUDA IPC at this rate with blocks of 64 KiB (NIXL pull request 115). */
const SAME_HOST_LINK = { GBps: 21, baseUs: 3000 };

/** Catalogue id of a case's GPU. */
export function caseGpu(measured: MeasuredCase): string {
  const name = measured.hardware.gpu.toLowerCase().replaceAll(/[-_ ]/g, '');
  const found = GPU_NAMES.find(([start]) => name.startsWith(start.replaceAll('-', '')));
  return found?.[1] ?? skip(`GPU ${measured.hardware.gpu} is not in the catalogue`);
}

/** Catalogue id of a case's model. */
export function caseModel(measured: MeasuredCase): string {
  const wanted = measured.model.toLowerCase();
  const own = (id: string): string => id.slice(id.indexOf('/') + 1);
  const bare = own(wanted).replace(/-(fp8|awq|gptq|int4|nvfp4|fp4|instruct|chat|hf)\b.*$/, '');
  const found =
    LLMS.find((llm) => llm.huggingFace.some((name) => name.toLowerCase() === wanted)) ??
    LLMS.find((llm) => llm.id === own(wanted)) ??
    LLMS.find((llm) => llm.huggingFace.some((name) => own(name.toLowerCase()) === bare)) ??
    LLMS.find((llm) => llm.id === bare);
  return found?.id ?? skip(`model ${measured.model} is not in the catalogue`);
}

/** The fleet of a case. */
export function caseFleet(measured: MeasuredCase): FleetSpec {
  const { hardware, precision } = measured;
  const engine = measured.engine.name;
  if (engine !== 'vllm' && engine !== 'sglang' && engine !== 'trtllm' && engine !== 'tgi') {
    skip(`engine ${engine} is not modelled`);
  }
  const base = {
    gpu: caseGpu(measured),
    model: caseModel(measured),
    engine: {
      name: engine,
      ...(engine === 'vllm' ? { version: engineVersion(measured), args: vllmArgs(measured) } : {}),
    },
    precision: {
      ...(weights(measured) === undefined ? {} : { weights: weights(measured)! }),
      ...(precision?.kv == null ? {} : { kv: kvFormat(precision.kv) }),
    },
  } satisfies Partial<PoolSpec>;
  const { pp, dp, ep, pd } = hardware;
  const parallel = (tp: number): NonNullable<PoolSpec['parallel']> => ({
    tp,
    pp: pp ?? 1,
    dp: dp ?? 1,
    ep: ep ?? 1,
  });
  if (pd == null) {
    const tp = hardware.tp ?? 1;
    const replicas = hardware.replicas ?? Math.max(1, Math.floor((hardware.count ?? tp) / tp));
    return { pools: [{ ...base, name: 'serve', role: 'both', replicas, parallel: parallel(tp) }] };
  }
  const sameHost = /cuda_ipc|same host|nvlink/i.test(pd.transport ?? '');
  return {
    pools: [
      {
        ...base,
        name: 'prefill',
        role: 'prefill',
        replicas: pd.prefill_instances,
        parallel: parallel(pd.tp_prefill ?? hardware.tp ?? 1),
      },
      {
        ...base,
        name: 'decode',
        role: 'decode',
        replicas: pd.decode_instances,
        parallel: parallel(pd.tp_decode ?? hardware.tp ?? 1),
      },
    ],
    ...(sameHost ? { network: { kvLink: SAME_HOST_LINK } } : {}),
  };
}

/** Arguments of the engine that the file states. */
function vllmArgs(measured: MeasuredCase): Record<string, number | string | boolean> {
  const given = measured.engine_args ?? {};
  const args: Record<string, number | string | boolean> = {};
  const copy = (from: string, to = from): void => {
    const value = given[from];
    if (value != null) args[to] = value;
  };
  for (const name of ['max_model_len', 'max_num_batched_tokens', 'max_num_seqs', 'gpu_memory_utilization'])
    copy(name);
  copy('block_size');
  copy('prefix_caching', 'enable_prefix_caching');
  copy('chunked_prefill', 'enable_chunked_prefill');
  copy('enforce_eager');
  copy('kv_blocks', 'num_gpu_blocks_override');
  const { kv_tokens: kvTokens } = given;
  if (typeof kvTokens === 'number' && args['num_gpu_blocks_override'] === undefined) {
    args['num_gpu_blocks_override'] = Math.floor(kvTokens / Number(args['block_size'] ?? 16));
  }
  if (isEager(measured)) args['enforce_eager'] = true;
  return args;
}

/** Runs without CUDA graphs though their arguments are not published: flagged so, or older than graphs. */
function isEager(measured: MeasuredCase): boolean {
  const flags = (measured as { flags?: readonly string[] }).flags ?? [];
  return (
    flags.some((flag) => flag.startsWith('likely_enforce_eager')) ||
    (measured.engine.version ?? '').startsWith('2023')
  );
}

/** Weight precision; undefined: the model's own. */
function weights(measured: MeasuredCase): string | undefined {
  const text = (measured.precision?.weights ?? '').toLowerCase();
  if (/mxfp4/.test(text)) return 'mxfp4';
  if (/nvfp4|fp4/.test(text)) return 'nvfp4';
  if (/block/.test(text)) return 'fp8_block';
  if (/fp8/.test(text)) return blockScaled(measured) ? 'fp8_block' : 'fp8';
  if (/awq|gptq|int4|w4a16/.test(text)) return 'int4_wo';
  if (/int8|w8a8/.test(text)) return 'int8';
  if (/16/.test(text)) return 'bf16';
  const name = measured.model.toLowerCase();
  if (name.includes('awq') || name.includes('int4')) return 'int4_wo';
  if (name.includes('nvfp4') || name.includes('fp4')) return 'nvfp4';
  if (name.includes('fp8')) return 'fp8';
  return undefined;
}

/** Models published in fp8 with block scales keep them. */
function blockScaled(measured: MeasuredCase): boolean {
  const id = caseModel(measured);
  return (
    LLMS.find((llm) => llm.id === id)!.nativePrecision === 'fp8_block' || /qwen3.*fp8/i.test(measured.model)
  );
}

function kvFormat(text: string): string {
  return /fp8/i.test(text) ? 'fp8' : 'bf16';
}
