/**
 * SGLang's speculative arguments: `speculative_algorithm`, `speculative_num_steps` (positions, one drafter pass each),
 * `speculative_eagle_topk` (tokens per sequence in a pass) and `speculative_num_draft_tokens` (verified, the certain one among
 * them). `speculative_acceptance` is Drydock's own.
 */
import { ConfigError } from '../../../src/core/check.ts';
import type { ArgKind, EngineArgs } from '../args.ts';
import { acceptanceOf, type Drafter, type Speculation } from '../speculation.ts';

/** The arguments and what they hold. */
export const SPECULATIVE_ARGS: Readonly<Record<string, ArgKind>> = {
  speculative_algorithm: 'text',
  speculative_num_steps: 'count',
  speculative_eagle_topk: 'count',
  speculative_num_draft_tokens: 'count',
  speculative_draft_model_path: 'text',
  speculative_acceptance: 'text',
};

/** Drafter, typical acceptance, and steps, top k and draft tokens where they are not given. */
type Algorithm = readonly [drafter: Drafter, typical: string, steps: number, topk: number, tokens: number];

/** source: sglang/srt/server_args.py `auto_choose_speculative_params`, 2026. */
const ALGORITHMS: Readonly<Record<string, Algorithm>> = {
  EAGLE: ['layer', 'eagle', 5, 4, 8],
  EAGLE3: ['layer', 'eagle', 5, 4, 8],
  NEXTN: ['layer', 'mtp', 3, 1, 4],
  STANDALONE: ['model', 'model', 3, 1, 4],
  NGRAM: ['lookup', 'lookup', 3, 1, 4],
};

/** The speculation that the arguments ask for; null without an algorithm. Throws ConfigError below `path`. */
export function sglangSpeculation(given: EngineArgs, path: string): Speculation | null {
  const name = given.text('speculative_algorithm', '').toUpperCase();
  if (name === '') return null;
  const algorithm = ALGORITHMS[name];
  if (algorithm === undefined) {
    throw new ConfigError({
      path: `${path}.speculative_algorithm`,
      found: `"${name}"`,
      expected: `one of ${Object.keys(ALGORITHMS).join(', ')}`,
    });
  }
  const [drafter, typical, steps, topk, tokens] = algorithm;
  const passes = given.number('speculative_num_steps', steps);
  const width = given.number('speculative_eagle_topk', topk);
  const chain = width === 1 ? passes + 1 : tokens;
  const verified = given.number('speculative_num_draft_tokens', chain);
  if (verified < 2) {
    throw new ConfigError({
      path: `${path}.speculative_num_draft_tokens`,
      found: String(verified),
      expected: 'at least 2: the certain token is one of them',
    });
  }
  const model = given.text('speculative_draft_model_path', '');
  if (drafter === 'model' && model === '') {
    throw new ConfigError({
      path: `${path}.speculative_draft_model_path`,
      found: 'nothing',
      expected: 'the draft model, by catalogue id',
    });
  }
  const acceptance = given.text('speculative_acceptance', '');
  const positions = Math.min(passes, verified - 1);
  return {
    draftTokens: verified - 1,
    acceptance: acceptanceOf(acceptance, typical, positions, `${path}.speculative_acceptance`),
    isAssumed: acceptance === '',
    lookaheadTokens: drafter === 'lookup' ? 0 : Math.max(0, width * passes - verified),
    drafter,
    draftModel: drafter === 'model' ? model : '',
    passes: drafter === 'lookup' ? 0 : passes,
    width,
  };
}
