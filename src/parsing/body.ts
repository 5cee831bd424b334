/**
 * What all parsers share: the facts that a body yields, and safe reading of JSON of unknown shape. A parser answers
 * with facts or with the message of a 400.
 */
import type { EstimateOptions, VideoHints } from './estimate.ts';
import type { Prompt } from './pseudo-tokens.ts';

/** Facts of one request body. */
export interface BodyFacts {
  /** Empty when the body names none. */
  readonly model: string;
  readonly stream: boolean;
  /** Client's limit on output tokens; 0 when it set none. */
  readonly maxOutputTokens: number;
  /** One or, for a batch of prompts, several. */
  readonly prompts: readonly Prompt[];
  /** Tokens are real ids, not the estimate. */
  readonly exactTokens: boolean;
  readonly cacheSalt: string;
  /** Whether the model's name may be rewritten, which also makes it mandatory. */
  readonly rewritable: boolean;
  /** The response is passed on unread (count_tokens and other non-generating calls). */
  readonly skipResponse: boolean;
}

/** What a parser may know besides the body. */
export interface ParseContext {
  readonly estimate: EstimateOptions;
  /** Read only where there is a video. */
  readonly video: () => VideoHints;
}

/** Body to facts; a string is the reason of a 400. */
export type ParseBody = (body: JsonObject, context: ParseContext) => BodyFacts | string;

export type JsonObject = { readonly [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text, or '' for anything else. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A positive whole number, or 0 for anything else. */
export function countOf(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

/** Token ids of a flat list of unsigned 32-bit integers; undefined when it is not one. */
export function tokenIds(value: unknown): Uint32Array | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const ids = new Uint32Array(value.length);
  for (let i = 0; i < value.length; i++) {
    const id: unknown = value[i];
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id > 0xffffffff) return undefined;
    ids[i] = id;
  }
  return ids;
}

/** Facts of bodies of the OpenAI and Anthropic families. */
export function commonFacts(
  body: JsonObject,
  maxOutputTokens: number,
  prompts: readonly Prompt[] = [],
): BodyFacts {
  return {
    prompts,
    model: textOf(body['model']),
    stream: body['stream'] === true,
    maxOutputTokens,
    exactTokens: false,
    cacheSalt: textOf(body['cache_salt']),
    rewritable: true,
    skipResponse: false,
  };
}
