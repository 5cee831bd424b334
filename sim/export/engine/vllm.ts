/**
 * `vllm serve`. Expert parallelism is a switch there (its size is tp x dp); prefill and decode servers hand KV over with
 * NIXL, and which of them is which is the router's knowledge.
 * source: https://docs.vllm.ai/en/latest/cli/serve/ (read 2026-11-28)
 */
import { VLLM_NEWEST } from '../../engine/vllm/config.ts';
import { poolLine } from '../pool-line.ts';
import {
  changedWeights,
  type EngineExporter,
  givenArgs,
  hasArg,
  imageTag,
  modelName,
  sizes,
  weightsGap,
} from './command.ts';

/** `--kv-cache-dtype` by KV format. */
export const VLLM_KV: Readonly<Record<string, string>> = {
  fp8: 'fp8',
  int8: 'int8_per_token_head',
  nvfp4: 'nvfp4',
  mla_fp8_ds: 'fp8_ds_mla',
  turboquant_k8v4: 'turboquant_k8v4',
  turboquant_4bit_nc: 'turboquant_4bit_nc',
  turboquant_k3v4_nc: 'turboquant_k3v4_nc',
  turboquant_3bit_nc: 'turboquant_3bit_nc',
};

const NIXL = '{"kv_connector":"NixlConnector","kv_role":"kv_both"}';

export const vllmExporter: EngineExporter = {
  engine: 'vllm',
  command(pool) {
    const { tp, pp, dp, ep } = sizes(pool);
    const model = modelName(pool);
    const weights = changedWeights(pool);
    const kv = pool.precision?.kv;
    const gaps = [...model.gaps];
    const options: string[][] = [['--tensor-parallel-size', String(tp)]];
    if (pp > 1) options.push(['--pipeline-parallel-size', String(pp)]);
    if (dp > 1) options.push(['--data-parallel-size', String(dp)]);
    if (ep > 1) options.push(['--enable-expert-parallel']);
    if (ep > 1 && ep !== tp * dp) {
      gaps.push(`pool ${pool.name}: ep ${ep}; vLLM spreads experts over all tp x dp = ${tp * dp} ranks`);
    }
    if (weights === 'fp8') options.push(['--quantization', 'fp8']);
    else if (weights !== undefined) gaps.push(weightsGap(pool, weights));
    if (kv !== undefined && kv !== 'bf16' && !hasArg(pool, 'kv_cache_dtype')) {
      const name = VLLM_KV[kv];
      if (name === undefined) gaps.push(`pool ${pool.name}: KV in ${kv}, for which vLLM has no option`);
      else options.push(['--kv-cache-dtype', name]);
    }
    options.push(...givenArgs(pool).map(([name, value]) => argument(name, value)));
    if (pool.role !== 'both') options.push(['--kv-transfer-config', NIXL]);
    return {
      program: ['vllm', 'serve', model.name],
      options,
      poolLine: poolLine(pool, {
        ...(ep > 1 && ep !== tp * dp ? { ep } : {}),
        ...(weights === undefined || weights === 'fp8' ? {} : { weights }),
        ...(kv === undefined || kv === 'bf16' || VLLM_KV[kv] !== undefined ? {} : { kv }),
      }),
      files: [],
      image: `vllm/vllm-openai:${imageTag(pool.engine.version ?? VLLM_NEWEST)}`,
      gpus: tp * pp * dp,
      gaps,
    };
  },
};

/** Flags have a negation of their own. */
function argument(name: string, value: number | string | boolean): string[] {
  const option = name.replaceAll('_', '-');
  if (typeof value === 'boolean') return [value ? `--${option}` : `--no-${option}`];
  return [`--${option}`, String(value)];
}
