/**
 * The built-in calibration of a measured run: its sampling and its scheduling mode. Sampling decides what the
 * sampler costs: benchmarks of the `vllm bench` kind ask for temperature 0; other clients leave it to the
 * model's generation_config, which vLLM applies by default from 0.8 on.
 */
import { OVERHEAD } from '../../models/coefficients/framework-overhead.ts';
import type { Calibration } from '../latency/calibration.ts';
import { findCalibration } from '../latency/calibrations.ts';
import type { MeasuredCase } from './case.ts';
import { caseModel } from './case-names.ts';
import { engineVersion } from './engine-version.ts';

/** Families of cases that were measured with `vllm bench` or a replay with temperature 0. */
const GREEDY_FAMILIES = /^(silicon|gpustack|llmd-exp7|llmd-pdsweep|llmservingsim|splitwise|inferencex)/;

/** Models whose generation_config asks for no top-p or top-k. source: their Hugging Face repositories. */
const PLAIN_MODELS = [
  'codellama-34b',
  'mixtral-8x7b',
  'mixtral-8x22b',
  'gpt-oss-20b',
  'gpt-oss-120b',
  'mistral-7b',
];

/**
 * Families whose recipes pass `--async-scheduling` before it became the default. source: InferenceX benchmark
 * scripts for vLLM.
 */
const ASYNC_FAMILIES = /^(silicon-inferencex|inferencex)/;
/** Built-in calibration of asynchronous scheduling for dense models and mixtures of experts. */
const FIRST_ASYNC = 'builtin/vllm@0.16';

/**
 * The built-in calibration to predict a case with: its engine version's, its sampling, its client's prompts.
 * `constants` in place of the built-in numbers.
 */
export function caseCalibration(measured: MeasuredCase, constants = OVERHEAD): Calibration {
  const engine = { name: measured.engine.name, version: engineVersion(measured) };
  const isPlain = GREEDY_FAMILIES.test(measured.family) || PLAIN_MODELS.includes(caseModel(measured));
  const name = isAsync(measured) && isOld(measured) ? FIRST_ASYNC : 'builtin';
  const own = findCalibration(isPlain ? `${name}/plain` : name, engine, 'calibration', constants);
  if (!hasRandomText(measured)) return own;
  return { ...own, frontEndPerTokenUs: own.frontEndPerTokenUs + constants.randomTextPerTokenUs };
}

/** Random token ids as text tokenise slower than language. InferenceX uses the random data set throughout. */
function hasRandomText(measured: MeasuredCase): boolean {
  return /random/i.test(measured.workload.name ?? '') || measured.family === 'silicon-inferencex';
}

/** True when the run's recipe asked for asynchronous scheduling. */
export function isAsync(measured: MeasuredCase): boolean {
  if (measured.engine.name !== 'vllm') return false;
  const commandLine = String(measured.engine_args?.['other'] ?? '');
  return ASYNC_FAMILIES.test(measured.family) || /async-scheduling/.test(commandLine);
}

function isOld(measured: MeasuredCase): boolean {
  return Number(engineVersion(measured).split('.')[1]) < 15;
}
