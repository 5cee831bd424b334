/**
 * Built-in calibrations by engine version. A version takes the newest entry of its engine that is not newer
 * than itself. Their numbers are those of models/coefficients/framework-overhead.ts.
 */
import {
  HANDOVER_US,
  OVERHEAD,
  type OverheadConstants,
  SGLANG_HOST,
  TRTLLM_OVERLAP,
} from '../../models/coefficients/framework-overhead.ts';
import { ConfigError, nearest } from '../../src/core/check.ts';
import { type Calibration, type HostOverhead, UNSCALED } from './calibration.ts';
import type { Deployment } from './deployment.ts';
import { PLAIN_SAMPLER, topPSampler } from './sampler.ts';

type Entry = Omit<Calibration, 'sampler'>;

function added(baseUs: number, perSequenceUs: number): HostOverhead {
  return { mode: 'add', baseUs, perSequenceUs, tailUs: 0 };
}

const NOTHING = added(0, 0);

/** Newest last within an engine. */
function entries(c: OverheadConstants): readonly Entry[] {
  const common = {
    promptLayerUs: c.promptLayerUs,
    promptMoeLayerUs: c.promptMoeLayerUs,
    eagerLayerUs: c.eagerLayerUs,
    firstTokenLagSteps: 0,
    frontEndUs: c.syncFrontEndUs,
    frontEndPerTokenUs: c.perTokenUs,
    handoverUs: HANDOVER_US,
    kernels: UNSCALED,
    without: [],
  } as const;
  const sync = {
    ...common,
    engine: 'vllm',
    dense: added(c.syncBaseUs, c.syncPerSequenceUs),
    moe: added(c.syncBaseUs, c.syncPerSequenceUs),
    notes: ['Host time of synchronous vLLM: Qwen3-32B on H100 at TP 2, 4, 8 (vLLM 0.12).'],
  };
  const async = {
    ...common,
    engine: 'vllm',
    dense: NOTHING,
    firstTokenLagSteps: c.asyncLagSteps,
    frontEndUs: c.asyncFrontEndUs,
    frontEndPerTokenUs: c.perTokenUs / 2,
  };
  return [
    { ...sync, name: 'builtin/vllm@0.8', eagerLayerUs: c.eagerLayerOldUs },
    { ...sync, name: 'builtin/vllm@0.11' },
    {
      ...async,
      name: 'builtin/vllm@0.15',
      moe: NOTHING,
      notes: ['Asynchronous scheduling hides the host: 20 runs of vLLM 0.15.1 on H100.'],
    },
    {
      ...async,
      name: 'builtin/vllm@0.16',
      moe: added(c.asyncMoeBaseUs, c.asyncMoePerSequenceUs),
      notes: [
        'Host time: hidden by asynchronous scheduling for dense models (20 runs of vLLM 0.15.1, H100); with ' +
          'experts as of gpt-oss (vLLM 0.18, H100).',
      ],
    },
    {
      ...common,
      name: 'builtin/sglang@0.5',
      engine: 'sglang',
      dense: added(SGLANG_HOST.baseUs, SGLANG_HOST.perSequenceUs),
      moe: added(SGLANG_HOST.baseUs, SGLANG_HOST.perSequenceUs),
      frontEndUs: SGLANG_HOST.frontEndUs,
      notes: ['Host time of SGLang 0.5: Llama-3.1-8B and Qwen3-235B on H200.'],
    },
    {
      ...common,
      name: 'builtin/trtllm@1.0',
      engine: 'trtllm',
      dense: { mode: 'max', ...TRTLLM_OVERLAP },
      moe: { mode: 'max', ...TRTLLM_OVERLAP },
      notes: ['Host time of TensorRT-LLM with overlap scheduler: Llama-3.1-8B on H100 at TP 1 to 8.'],
    },
    {
      ...common,
      name: 'builtin/tgi@3.0',
      engine: 'tgi',
      dense: sync.dense,
      moe: sync.moe,
      frontEndUs: 2000,
      frontEndPerTokenUs: 0.5,
      notes: ['Host time of TGI was not measured: that of synchronous vLLM is assumed.'],
    },
  ];
}

const CALIBRATIONS = entries(OVERHEAD);

/** Built-in calibrations, for listings; sampling is that of the engine version and not among their fields. */
export const BUILTIN_CALIBRATIONS: readonly Entry[] = CALIBRATIONS;

/** The calibration that an engine version takes by default: the newest that is not newer, else the oldest. */
export function builtinCalibration(engine: Deployment['engine'], constants = OVERHEAD): Calibration {
  const all = constants === OVERHEAD ? CALIBRATIONS : entries(constants);
  const own = all.filter((c) => c.engine === engine.name);
  const known = own.length > 0 ? own : all.filter((c) => c.engine === 'vllm');
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
export function findCalibration(
  given: string,
  engine: Deployment['engine'],
  path: string,
  constants = OVERHEAD,
): Calibration {
  const plain = given.endsWith(PLAIN_SUFFIX);
  const name = plain ? given.slice(0, -PLAIN_SUFFIX.length) : given;
  const found =
    name === 'builtin'
      ? builtinCalibration(engine, constants)
      : (constants === OVERHEAD ? CALIBRATIONS : entries(constants)).find((c) => c.name === name);
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
