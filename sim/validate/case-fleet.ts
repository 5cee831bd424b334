/** From a case's hardware, engine and precision to the fleet of a scenario. */
import { LLMS } from '../../models/llms.ts';
import type { FleetSpec, PoolSpec } from '../scenario/schema.ts';
import type { MeasuredCase } from './case.ts';
import { isAsync } from './case-calibration.ts';
import { caseGpu, caseModel } from './case-names.ts';
import { isUnsplit } from './case-router.ts';
import { engineVersion } from './engine-version.ts';
import { skip } from './skip.ts';

/**
 * GPUs of one host reach each other through CUDA IPC: 21 GB/s with blocks of 64 KiB, 84 with 256 KiB (NIXL
 * pull request 115); requests have a few hundred blocks in flight, for which the geometric mean is taken.
 * Launch of a request: 3 ms.
 */
const SAME_HOST_LINK = { GBps: 42, baseUs: 3000 };

/**
 * Token budget of NVIDIA's sweeps, which do not state it: what vLLM takes where it does not know that it serves
 * an API, as under another front end. Inferred from TTFT of 60 points at TP 2 and 4: 45 % off with the
 * server's 8192, 15 % with 2048.
 */
const NVIDIA_BUDGET = 2048;

/** The fleet of a case. */
export function caseFleet(measured: MeasuredCase): FleetSpec {
  const { hardware } = measured;
  const engine = measured.engine.name;
  if (engine !== 'vllm' && engine !== 'sglang' && engine !== 'trtllm' && engine !== 'tgi') {
    skip(`engine ${engine} is not modelled`);
  }
  if (/p2p-pull/.test(measured.id))
    skip('KV pulled from a peer engine for an aggregated request is not modelled');
  const base = {
    gpu: caseGpu(measured),
    model: caseModel(measured),
    engine: {
      name: engine,
      ...(engine === 'vllm' ? { version: engineVersion(measured), args: vllmArgs(measured) } : {}),
    },
    precision: {
      ...(weights(measured) === undefined ? {} : { weights: weights(measured)! }),
      ...kvPrecision(measured),
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
  const roles = isUnsplit(measured) ? (['both', 'both'] as const) : (['prefill', 'decode'] as const);
  const sameHost = /cuda_ipc|same host|nvlink/i.test(pd.transport ?? '');
  return {
    pools: [
      {
        ...base,
        name: 'prefill',
        role: roles[0],
        replicas: pd.prefill_instances,
        parallel: parallel(pd.tp_prefill ?? hardware.tp ?? 1),
      },
      {
        ...base,
        name: 'decode',
        role: roles[1],
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
  const mode = /cudagraph(?:_mode)?[ =:"]+(FULL_DECODE_ONLY|FULL_AND_PIECEWISE|PIECEWISE|NONE)/.exec(
    String(given['other'] ?? ''),
  );
  if (mode !== null) args['cudagraph_mode'] = mode[1]!;
  if (measured.family === 'silicon-nvidia') args['max_num_batched_tokens'] ??= NVIDIA_BUDGET;
  if (isEager(measured)) args['enforce_eager'] = true;
  if (isAsync(measured)) args['async_scheduling'] = true;
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

/**
 * KV precision; nothing: 16 bit. InferenceX recipes for Blackwell set `--kv-cache-dtype fp8` for quantised
 * models though their rows do not say so.
 */
function kvPrecision(measured: MeasuredCase): { kv?: string } {
  const { precision, hardware } = measured;
  if (/fp8/i.test(precision?.kv ?? '')) return { kv: 'fp8' };
  const isQuantised = weights(measured)?.includes('fp') === true;
  const isBlackwell = /^g?b[23]00/i.test(hardware.gpu);
  const isRecipe = measured.family.startsWith('silicon') && /auto|unknown|^$/i.test(precision?.kv ?? '');
  return isBlackwell && isQuantised && isRecipe ? { kv: 'fp8' } : {};
}
