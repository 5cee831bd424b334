/** Bodies that carry token ids: vLLM's `inference/v1/generate` and SGLang's `generate`. */
import {
  type BodyFacts,
  countOf,
  isObject,
  type JsonObject,
  type ParseBody,
  textOf,
  tokenIds,
} from './body.ts';
import { missing } from './openai.ts';
import type { PromptItem } from './pseudo-tokens.ts';

/** vLLM: `token_ids`, with hashes and places of multimodal items in `features`. */
export const parseVllmGenerate: ParseBody = (body) => {
  const tokens = tokenIds(body['token_ids']);
  if (tokens === undefined) return missing('token_ids');
  const sampling = isObject(body['sampling_params']) ? body['sampling_params'] : {};
  const items = featureItems(body['features']);
  return generateFacts(body, { tokens, items }, countOf(sampling['max_tokens']), true);
};

/** SGLang: a flat list `input_ids`; the model cannot be rewritten. */
export const parseSglangGenerate: ParseBody = (body) => {
  const tokens = tokenIds(body['input_ids']);
  if (tokens === undefined) return 'invalid request body: input_ids must be a flat list of token ids';
  const sampling = isObject(body['sampling_params']) ? body['sampling_params'] : {};
  return generateFacts(body, { tokens, items: [] }, countOf(sampling['max_new_tokens']), false);
};

function generateFacts(
  body: JsonObject,
  prompt: BodyFacts['prompts'][number],
  maxOutputTokens: number,
  rewritable: boolean,
): BodyFacts {
  return {
    model: textOf(body['model']),
    stream: body['stream'] === true,
    maxOutputTokens,
    prompts: [prompt],
    exactTokens: true,
    cacheSalt: textOf(body['cache_salt']),
    rewritable,
    skipResponse: false,
  };
}

/** Items of `{mm_hashes: {modality: [hash]}, mm_placeholders: {modality: [{offset, length}]}}`, in prompt order. */
function featureItems(features: unknown): PromptItem[] {
  if (!isObject(features) || !isObject(features['mm_hashes'])) return [];
  const places = isObject(features['mm_placeholders']) ? features['mm_placeholders'] : {};
  const items: PromptItem[] = [];
  for (const modality of Object.keys(features['mm_hashes']).sort()) {
    const hashes = features['mm_hashes'][modality];
    const ranges = places[modality];
    if (!Array.isArray(hashes)) continue;
    hashes.forEach((hash: unknown, i) => {
      const range: unknown = Array.isArray(ranges) ? ranges[i] : undefined;
      if (typeof hash !== 'string') return;
      const place = isObject(range) ? range : {};
      items.push({ hash, firstToken: countOf(place['offset']), tokens: countOf(place['length']) });
    });
  }
  return items.sort((a, b) => a.firstToken - b.firstToken);
}
