/**
 * TensorRT-LLM's speculative settings, flat: `decoding_type` (MTP, Eagle, NGram, DraftTarget) with `max_draft_len` or, for MTP,
 * `num_nextn_predict_layers`. `speculative_acceptance` is Drydock's own.
 */
import { ConfigError } from '../../../src/core/check.ts';
import type { ArgKind, EngineArgs } from '../args.ts';
import { acceptanceOf, type Drafter, type Speculation } from '../speculation.ts';

/** The arguments and what they hold. */
export const SPECULATIVE_ARGS: Readonly<Record<string, ArgKind>> = {
  decoding_type: 'text',
  max_draft_len: 'count',
  num_nextn_predict_layers: 'count',
  speculative_model_dir: 'text',
  speculative_acceptance: 'text',
};

const TYPES: Readonly<Record<string, readonly [drafter: Drafter, typical: string]>> = {
  mtp: ['layer', 'mtp'],
  eagle: ['layer', 'eagle'],
  eagle3: ['layer', 'eagle'],
  ngram: ['lookup', 'lookup'],
  drafttarget: ['model', 'model'],
};

/** The speculation that the arguments ask for; null without a decoding type. Throws ConfigError below `path`. */
export function trtllmSpeculation(given: EngineArgs, path: string): Speculation | null {
  const written = given.text('decoding_type', '');
  if (written === '') return null;
  const type = TYPES[written.toLowerCase().replaceAll('_', '')];
  if (type === undefined) {
    throw new ConfigError({
      path: `${path}.decoding_type`,
      found: `"${written}"`,
      expected: 'one of MTP, Eagle, NGram, DraftTarget',
    });
  }
  const [drafter, typical] = type;
  const tokens = given.number('max_draft_len', given.number('num_nextn_predict_layers', 1));
  const model = given.text('speculative_model_dir', '');
  if (drafter === 'model' && model === '') {
    throw new ConfigError({
      path: `${path}.speculative_model_dir`,
      found: 'nothing',
      expected: 'the draft model, by catalogue id',
    });
  }
  const acceptance = given.text('speculative_acceptance', '');
  return {
    draftTokens: tokens,
    acceptance: acceptanceOf(acceptance, typical, tokens, `${path}.speculative_acceptance`),
    isAssumed: acceptance === '',
    lookaheadTokens: 0,
    drafter,
    draftModel: drafter === 'model' ? model : '',
    passes: drafter === 'lookup' ? 0 : tokens,
    width: 1,
  };
}
