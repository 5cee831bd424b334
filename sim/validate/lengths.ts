/** Token counts of a case's requests, from the way its file describes them. */
import type { Rng } from '../../src/core/rng.ts';
import type { CaseLengths, CaseStage, MeasuredCase } from './case.ts';
import { skip } from './skip.ts';

/** Input and output tokens of one request. */
export interface RequestLengths {
  readonly input: number;
  readonly output: number;
}

/**
 * Spread of chat data sets of which only the mean is known: standard deviation over mean, and the longest. 300
 * ShareGPT conversations of which lengths are recorded have answers of 0.64 and at most 769 tokens; duration
 * and time per token of bursts of 1,000 fit 0.9.
 */
const CHAT_CV = 0.9;
const CHAT_MIN_TOKENS = 4;
const CHAT_MAX_TOKENS = 800;

/** Draws lengths of a request of a stage. */
export function drawLengths(measured: MeasuredCase, stage: CaseStage, rng: Rng): RequestLengths {
  const { input_len: input, output_len: output } = measured.workload;
  const stageInput = stage.isl ?? stage.input_len ?? stage.prompt_tokens;
  const stageOutput = stage.osl ?? stage.output_tokens;
  return {
    input: draw(input, stageInput, serverInput(measured), rng),
    output: draw(output, stageOutput, null, rng),
  };
}

/** Server-side prompt length where the file knows it apart from the requested one. */
function serverInput(measured: MeasuredCase): number | null {
  const counted = measured.measured.summary?.input_len_measured?.['mean'];
  return typeof counted === 'number' ? counted : null;
}

function draw(
  lengths: CaseLengths,
  ofStage: number | null | undefined,
  counted: number | null,
  rng: Rng,
): number {
  switch (lengths.kind) {
    case 'uniform': {
      // Sweeps over several sizes give the range by stage: the ratio of the case's own range holds for all.
      const high = ofStage ?? lengths.high ?? skip('no upper length');
      const low = lengths.low == null || lengths.high == null ? high : (lengths.low / lengths.high) * high;
      return Math.max(1, Math.round(low + rng.unit() * (high - low)));
    }
    case 'dataset_mean_only':
      return chatLength(lengths.measured_mean ?? skip('no mean length'), rng);
    default: {
      const known = ofStage ?? counted ?? lengths.measured_mean ?? lengths.value ?? lengths.requested;
      return Math.max(1, Math.round(known ?? skip(`lengths of kind ${lengths.kind} are not known`)));
    }
  }
}

/** Lognormal around the mean, within the data set's bounds. */
function chatLength(mean: number, rng: Rng): number {
  const variance = Math.log(1 + CHAT_CV ** 2);
  const normal = Math.sqrt(-2 * Math.log(1 - rng.unit())) * Math.cos(2 * Math.PI * rng.unit());
  const value = mean * Math.exp(normal * Math.sqrt(variance) - variance / 2);
  return Math.round(Math.min(CHAT_MAX_TOKENS, Math.max(CHAT_MIN_TOKENS, value)));
}
