/**
 * `python3 -m sglang.launch_server`. Its switches only switch on: an argument that is false is the default and is left out.
 * source: https://docs.sglang.ai/advanced_features/server_arguments.html (read 2026-11-28)
 */
import { SGLANG_NEWEST } from '../../engine/sglang/config.ts';
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
export const SGLANG_KV: Readonly<Record<string, string>> = { fp8: 'fp8_e4m3', nvfp4: 'fp4_e2m1' };

export const sglangExporter: EngineExporter = {
  engine: 'sglang',
  command(pool) {
    const { tp, pp, dp, ep } = sizes(pool);
    const model = modelName(pool);
    const weights = changedWeights(pool);
    const kv = pool.precision?.kv;
    const gaps = [...model.gaps];
    const options: string[][] = [
      ['--model-path', model.name],
      ['--tp-size', String(tp)],
    ];
    if (pp > 1) options.push(['--pp-size', String(pp)]);
    if (dp > 1) options.push(['--dp-size', String(dp)]);
    if (ep > 1) options.push(['--ep-size', String(ep)]);
    if (weights === 'fp8') options.push(['--quantization', 'fp8']);
    else if (weights !== undefined) gaps.push(weightsGap(pool, weights));
    if (kv !== undefined && kv !== 'bf16' && !hasArg(pool, 'kv_cache_dtype')) {
      const name = SGLANG_KV[kv];
      if (name === undefined) gaps.push(`pool ${pool.name}: KV in ${kv}, for which SGLang has no option`);
      else options.push(['--kv-cache-dtype', name]);
    }
    for (const [name, value] of givenArgs(pool)) {
      const option = `--${name.replaceAll('_', '-')}`;
      if (typeof value !== 'boolean') options.push([option, String(value)]);
      else if (value) options.push([option]);
    }
    if (pool.role !== 'both') {
      options.push(['--disaggregation-mode', pool.role], ['--disaggregation-transfer-backend', 'nixl']);
    }
    return {
      program: ['python3', '-m', 'sglang.launch_server'],
      options,
      poolLine: poolLine(pool, {
        ...(weights === undefined || weights === 'fp8' ? {} : { weights }),
        ...(kv === undefined || kv === 'bf16' || SGLANG_KV[kv] !== undefined ? {} : { kv }),
      }),
      files: [],
      image: `lmsysorg/sglang:${imageTag(pool.engine.version ?? SGLANG_NEWEST)}`,
      gpus: tp * pp * dp,
      gaps,
    };
  },
};
