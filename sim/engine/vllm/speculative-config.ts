/**
 * vLLM's `--speculative-config`, a JSON text as on its command line: `{"method":"eagle3","num_speculative_tokens":3}`. The
 * acceptance, which no setting of vLLM's holds, is Drydock's own argument `speculative_acceptance`.
 */
import { ConfigError } from '../../../src/core/check.ts';
import { acceptanceOf, type Drafter, type Speculation } from '../speculation.ts';

/** Drafter and typical acceptance by method. */
const METHODS: Readonly<Record<string, readonly [drafter: Drafter, typical: string]>> = {
  eagle: ['layer', 'eagle'],
  eagle3: ['layer', 'eagle'],
  mtp: ['layer', 'mtp'],
  deepseek_mtp: ['layer', 'mtp'],
  draft_model: ['model', 'model'],
  ngram: ['lookup', 'lookup'],
};

/** The speculation that the two arguments ask for; null when `config` is empty. Throws ConfigError below `path`. */
export function vllmSpeculation(config: string, acceptance: string, path: string): Speculation | null {
  if (config === '') {
    if (acceptance === '') return null;
    throw new ConfigError({
      path: `${path}.speculative_acceptance`,
      found: 'an acceptance without speculative decoding',
      expected: 'speculative_config beside it, e.g. {"method":"eagle3","num_speculative_tokens":3}',
    });
  }
  const at = `${path}.speculative_config`;
  const given = parse(config, at);
  const method = given.method ?? (typeof given.model === 'string' ? 'draft_model' : 'ngram');
  const known = typeof method === 'string' ? METHODS[method] : undefined;
  if (known === undefined) {
    throw new ConfigError({
      path: at,
      found: `method ${JSON.stringify(method)}`,
      expected: `one of ${Object.keys(METHODS).join(', ')}`,
    });
  }
  const tokens = given.num_speculative_tokens;
  if (typeof tokens !== 'number' || !Number.isInteger(tokens) || tokens < 1) {
    throw new ConfigError({
      path: at,
      found: `num_speculative_tokens ${JSON.stringify(tokens)}`,
      expected: 'an integer >= 1',
    });
  }
  const [drafter, typical] = known;
  if (drafter === 'model' && typeof given.model !== 'string') {
    throw new ConfigError({ path: at, found: 'no model', expected: 'the draft model, by catalogue id' });
  }
  return {
    draftTokens: tokens,
    acceptance: acceptanceOf(acceptance, typical, tokens, `${path}.speculative_acceptance`),
    isAssumed: acceptance === '',
    // Slots for the next step's drafts, which the drafter's own KV takes.
    lookaheadTokens: drafter === 'lookup' ? 0 : tokens,
    drafter,
    draftModel: drafter === 'model' ? (given.model as string) : '',
    passes: drafter === 'lookup' ? 0 : tokens,
    width: 1,
  };
}

interface Given {
  readonly method?: unknown;
  readonly model?: unknown;
  readonly num_speculative_tokens?: unknown;
}

function parse(config: string, path: string): Given {
  const expected = 'a JSON object, e.g. {"method":"eagle3","num_speculative_tokens":3}';
  try {
    const given: unknown = JSON.parse(config);
    if (typeof given === 'object' && given !== null) return given;
  } catch {
    // Reported below.
  }
  throw new ConfigError({ path, found: JSON.stringify(config), expected });
}
