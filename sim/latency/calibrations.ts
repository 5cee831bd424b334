/**
 * Built-in calibrations: what an engine version adds to the kernels' time. A version takes the newest entry
 * of its engine that is not newer than itself. Few coefficients, each with the runs it comes from.
 */
import { FRAMEWORK_OVERHEAD } from '../../models/coefficients/framework-overhead.ts';
import { ConfigError, nearest } from '../../src/core/check.ts';
import type { Deployment } from './deployment.ts';
import { PLAIN_SAMPLER, type SamplerCost, topPSampler } from './sampler.ts';

/**
 * Host time of a step: `add`: on top of the GPU's; `max`: in parallel with it, `tailUs` on top. Times in µs.
 */
export interface HostOverhead {
  readonly mode: 'add' | 'max';
  readonly baseUs: number;
  readonly perSequenceUs: number;
  readonly tailUs: number;
}

/** A calibration. Times in µs. */
export interface Calibration {
  /** `builtin/<engine>@<version>`, or a user's own name. */
  readonly name: string;
  readonly engine: string;
  readonly dense: HostOverhead;
  readonly moe: HostOverhead;
  /** Host time per layer without CUDA graphs; the step takes at least layers times this. */
  readonly eagerLayerUs: number;
  /**
   * Part of a step that passes between a first token and its delivery, besides waiting and computing; charged
   * at the length of a step of 16 sequences.
   */
  readonly firstTokenLagSteps: number;
  readonly sampler: SamplerCost;
  /** Before a request is queued: fixed, and per prompt token (template, tokenisation, serialisation). */
  readonly frontEndUs: number;
  readonly frontEndPerTokenUs: number;
  /** From the end of a prefill leg to the decode engine's queue (proxy, response, second front end). */
  readonly handoverUs: number;
  readonly notes: readonly string[];
}

/**
 * Host time per layer without CUDA graphs, H100 hosts: Llama-3.1-8B at 0.8.5 (gaps of 11.2 ms over 32 layers,
 * median).
 */
const EAGER_V8_US = 350;
/** Llama-3.1-70B at 0.11 to 0.13: 22.7 to 26.7 ms over 80 layers. */
const EAGER_V11_US = 300;

const NOTHING: HostOverhead = { mode: 'add', baseUs: 0, perSequenceUs: 0, tailUs: 0 };

/**
 * Prompts found whole in the prefix cache have TTFT = 2.3 ms + 3.03 TPOT (29 runs of vLLM 0.15.1, 7B to 70B,
 * H100 and A100). Asynchronous scheduling explains 2.5 steps: the rest of the step in progress, the one
 * decided already, and their own. The remainder, with a front end of 3 ms, leaves a median error of 4 %.
 */
const ASYNC_LAG_STEPS = 0.35;

/** Newest last within an engine. */
const CALIBRATIONS: readonly Omit<Calibration, 'sampler'>[] = [
  {
    name: 'builtin/vllm@0.8',
    engine: 'vllm',
    dense: FRAMEWORK_OVERHEAD.vllmSync,
    moe: FRAMEWORK_OVERHEAD.vllmSync,
    eagerLayerUs: EAGER_V8_US,
    firstTokenLagSteps: 0,
    frontEndUs: 5000,
    frontEndPerTokenUs: 1,
    handoverUs: 5000,
    notes: ['Host time of synchronous vLLM: Qwen3-32B on H100 at TP 2, 4, 8 (vLLM 0.12).'],
  },
  {
    name: 'builtin/vllm@0.11',
    engine: 'vllm',
    dense: FRAMEWORK_OVERHEAD.vllmSync,
    moe: FRAMEWORK_OVERHEAD.vllmSync,
    eagerLayerUs: EAGER_V11_US,
    firstTokenLagSteps: 0,
    frontEndUs: 5000,
    frontEndPerTokenUs: 1,
    handoverUs: 5000,
    notes: ['Host time of synchronous vLLM: Qwen3-32B on H100 at TP 2, 4, 8 (vLLM 0.12).'],
  },
  {
    name: 'builtin/vllm@0.15',
    engine: 'vllm',
    dense: NOTHING,
    moe: NOTHING,
    eagerLayerUs: EAGER_V11_US,
    firstTokenLagSteps: ASYNC_LAG_STEPS,
    frontEndUs: 3000,
    frontEndPerTokenUs: 0.5,
    handoverUs: 5000,
    notes: ['Asynchronous scheduling hides the host: 20 runs of vLLM 0.15.1 on H100.'],
  },
  {
    name: 'builtin/vllm@0.16',
    engine: 'vllm',
    dense: NOTHING,
    moe: FRAMEWORK_OVERHEAD.vllmAsyncMoe,
    eagerLayerUs: EAGER_V11_US,
    firstTokenLagSteps: ASYNC_LAG_STEPS,
    frontEndUs: 3000,
    frontEndPerTokenUs: 0.5,
    handoverUs: 5000,
    notes: [
      'Host time: hidden by asynchronous scheduling for dense models (20 runs of vLLM 0.15.1, H100); with ' +
        'experts as of gpt-oss (vLLM 0.18, H100).',
    ],
  },
  {
    name: 'builtin/sglang@0.5',
    engine: 'sglang',
    dense: FRAMEWORK_OVERHEAD.sglang,
    moe: FRAMEWORK_OVERHEAD.sglang,
    eagerLayerUs: EAGER_V11_US,
    firstTokenLagSteps: 0,
    frontEndUs: 6000,
    frontEndPerTokenUs: 1,
    handoverUs: 5000,
    notes: ['Host time of SGLang 0.5: Llama-3.1-8B and Qwen3-235B on H200.'],
  },
  {
    name: 'builtin/trtllm@1.0',
    engine: 'trtllm',
    dense: FRAMEWORK_OVERHEAD.trtllmOverlap,
    moe: FRAMEWORK_OVERHEAD.trtllmOverlap,
    eagerLayerUs: EAGER_V11_US,
    firstTokenLagSteps: 0,
    frontEndUs: 5000,
    frontEndPerTokenUs: 1,
    handoverUs: 5000,
    notes: ['Host time of TensorRT-LLM with overlap scheduler: Llama-3.1-8B on H100 at TP 1 to 8.'],
  },
  {
    name: 'builtin/tgi@3.0',
    engine: 'tgi',
    dense: FRAMEWORK_OVERHEAD.vllmSync,
    moe: FRAMEWORK_OVERHEAD.vllmSync,
    eagerLayerUs: EAGER_V11_US,
    firstTokenLagSteps: 0,
    frontEndUs: 2000,
    frontEndPerTokenUs: 0.5,
    handoverUs: 5000,
    notes: ['Host time of TGI was not measured: that of synchronous vLLM is assumed.'],
  },
];

/** The calibration that an engine version takes by default: the newest that is not newer, else the oldest. */
export function builtinCalibration(engine: Deployment['engine']): Calibration {
  const own = CALIBRATIONS.filter((c) => c.engine === engine.name);
  const known = own.length > 0 ? own : CALIBRATIONS.filter((c) => c.engine === 'vllm');
  const wanted = versionOrder(engine.version);
  let found = known[0]!;
  for (const c of known) if (versionOrder(c.name.split('@')[1]!) <= wanted) found = c;
  return { ...found, sampler: topPSampler(engine) };
}

/** Suffix of a name that means greedy or plain random sampling in place of top-p. */
const PLAIN_SUFFIX = '/plain';

/**
 * The calibration of that name; `builtin` alone means that of the deployment's engine version. Throws
 * ConfigError when there is none.
 */
export function findCalibration(given: string, engine: Deployment['engine'], path: string): Calibration {
  const plain = given.endsWith(PLAIN_SUFFIX);
  const name = plain ? given.slice(0, -PLAIN_SUFFIX.length) : given;
  const found = name === 'builtin' ? builtinCalibration(engine) : CALIBRATIONS.find((c) => c.name === name);
  if (found !== undefined) {
    return plain
      ? { ...found, name: `${found.name}${PLAIN_SUFFIX}`, sampler: PLAIN_SAMPLER }
      : { ...found, sampler: topPSampler(engine) };
  }
  const names = CALIBRATIONS.map((c) => c.name);
  const near = nearest(name, names);
  throw new ConfigError({
    path,
    found: `unknown calibration "${name}"`,
    expected: near === undefined ? `one of ${names.join(', ')}` : `e.g. "${near}"`,
  });
}

/** `0.15.1` as one comparable number; what is no version counts as newest. */
function versionOrder(version: string): number {
  const match = /^v?(\d+)\.(\d+)/.exec(version);
  return match === null ? Number.POSITIVE_INFINITY : Number(match[1]) * 1e4 + Number(match[2]);
}
