/**
 * Speculative decoding (engines.md 1.9, 2.9, 3.6): drafts are proposed for each decoding sequence and verified in one forward
 * pass; the longest accepted prefix counts, and one token more. Position i is accepted with probability p_i given that the
 * ones before it were, so that a step yields 1 + p1 + p1 p2 + ... tokens in the mean.
 *
 * Which drafts are accepted is a pure function of run seed, request and output position: the same whichever engine serves
 * the request and however its steps fall, so that compared fleets see common random numbers.
 */
import { kvBytesPerToken } from '../../models/kv.ts';
import { findLlm } from '../../models/llms.ts';
import type { LlmSpec } from '../../models/schema.ts';
import { weightBytesPerRank } from '../../models/weights.ts';
import { ConfigError } from '../../src/core/check.ts';
import type { DrafterCost } from '../latency/deployment.ts';

/** How drafts come about, for their cost. */
export type Drafter = 'layer' | 'model' | 'lookup';

/** Speculative decoding of one engine. */
export interface Speculation {
  /** Tokens verified per sequence and step beside the certain one. */
  readonly draftTokens: number;
  /** Acceptance by position, each given that the one before was accepted. */
  readonly acceptance: readonly number[];
  /** The acceptance is typical of the method, not the user's. */
  readonly isAssumed: boolean;
  /** KV slots that a decode takes beyond those of its verified tokens. */
  readonly lookaheadTokens: number;
  /** `layer`: a head of `layers` layers (EAGLE, MTP); `model`: the model `draftModel`; `lookup`: at no GPU time. */
  readonly drafter: Drafter;
  readonly draftModel: string;
  /** Forward passes of the drafter in a step, one after the other, and its tokens per sequence in each. */
  readonly passes: number;
  readonly width: number;
}

/** What the drafter costs the step model; undefined when nothing runs on the GPU. Throws ConfigError at `path`. */
export function drafterCost(speculation: Speculation | null, path: string): DrafterCost | undefined {
  if (speculation === null || speculation.drafter === 'lookup') return undefined;
  const { passes, width, draftModel } = speculation;
  const layers = HEAD_LAYERS;
  return draftModel === ''
    ? { passes, width, layers }
    : { passes, width, layers, model: findLlm(draftModel, path) };
}

/** KV pool in `units` of `unitBytes` each, after the drafter's weights and its KV beside the target's, per rank. */
export function unitsBesideDrafter(
  units: number,
  unitBytes: number,
  target: { readonly model: LlmSpec; readonly weightBytes: number },
  cost: DrafterCost | undefined,
  split: { readonly tp: number; readonly pp: number },
  kv: string,
): number {
  if (cost === undefined) return units;
  const { model } = cost;
  const share = cost.layers / target.model.layers;
  const weights =
    model === undefined
      ? share * target.weightBytes
      : weightBytesPerRank(model, model.nativePrecision, split);
  const kvShare =
    model === undefined
      ? share
      : kvBytesPerToken(model, kv, split.tp) / kvBytesPerToken(target.model, kv, split.tp);
  return Math.floor((units * unitBytes - weights) / (unitBytes * (1 + kvShare)));
}

/** Layers of an EAGLE head or MTP module. */
export const HEAD_LAYERS = 1;

/**
 * Acceptance where none is given. mtp: 85 to 90 % for the second token (DeepSeek-V3 technical report, 5.4.3); the others are
 * assumed. Real figures depend on the text: engines count them (vllm:spec_decode_num_accepted_tokens_per_pos).
 */
const TYPICAL: Readonly<Record<string, readonly number[]>> = {
  mtp: [0.85, 0.75, 0.65],
  eagle: [0.75, 0.7, 0.65],
  model: [0.7, 0.65, 0.6],
  lookup: [0.4, 0.4, 0.4],
};

/** Acceptance of `positions` drafts: as given (the last value holds for further ones), else typical of the method. */
export function acceptanceOf(
  given: string,
  method: string,
  positions: number,
  path: string,
): readonly number[] {
  const values = given === '' ? TYPICAL[method]! : given.split(',').map(Number);
  if (values.some((p) => !(p >= 0 && p <= 1))) {
    throw new ConfigError({
      path,
      found: JSON.stringify(given),
      expected: 'probabilities by position, e.g. "0.8,0.6,0.4"',
    });
  }
  return Array.from({ length: positions }, (_, i) => values[Math.min(i, values.length - 1)]!);
}

/** A sentence for the report. */
export function speculationNote(speculation: Speculation): string {
  const { acceptance, draftTokens } = speculation;
  const mean = expectedTokens(acceptance).toFixed(2);
  return (
    `speculative decoding: ${draftTokens} drafts a step, acceptance by position ` +
    `${acceptance.join(', ')} (${speculation.isAssumed ? 'assumed' : 'given'}), ${mean} tokens a step in the mean`
  );
}

/** Mean tokens of a step: 1 + p1 + p1 p2 + ... */
export function expectedTokens(acceptance: readonly number[]): number {
  let reach = 1;
  let tokens = 1;
  for (const p of acceptance) {
    reach *= p;
    tokens += reach;
  }
  return tokens;
}

/** Draws how many drafts are accepted. */
export class Acceptance {
  /** Probability that positions 0..i are all accepted. */
  readonly #reach: number[] = [];
  readonly #seed: number;

  constructor(acceptance: readonly number[], seed: number) {
    this.#seed = Math.imul(seed + 1, 0x9e3779b1);
    let reach = 1;
    for (const p of acceptance) {
      reach *= p;
      this.#reach.push(reach);
    }
  }

  /** Accepted drafts, at most `most`, of a request that has `generated` tokens. */
  draw(requestId: number, generated: number, most: number): number {
    const u = uniform(this.#seed, requestId, generated);
    const limit = Math.min(most, this.#reach.length);
    let accepted = 0;
    while (accepted < limit && u < this.#reach[accepted]!) accepted += 1;
    return accepted;
  }
}

/** Uniform in [0, 1) from three integers: MurmurHash3's mixing steps. */
function uniform(seed: number, a: number, b: number): number {
  let h = mix(seed ^ a);
  h = mix(h ^ Math.imul(b, 0x85ebca6b));
  return (h >>> 0) / 2 ** 32;
}

function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
