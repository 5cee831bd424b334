/**
 * The OpenAI family: chat completions, completions, embeddings, responses, conversations, images, and vLLM's render
 * variants. Estimated bytes are what the token producer counts: no separators, no names, no tool calls.
 */
import {
  type BodyFacts,
  commonFacts,
  countOf,
  isObject,
  type JsonObject,
  type ParseBody,
  type ParseContext,
  textOf,
  tokenIds,
} from './body.ts';
import { audioTokens, imageTokens, videoTokens } from './estimate.ts';
import { goJson } from './go-json.ts';
import { estimateText, type Prompt, PseudoTokens } from './pseudo-tokens.ts';

/** `chat/completions`. */
export const parseChat: ParseBody = (body, context) => {
  const messages = body['messages'];
  if (!Array.isArray(messages) || messages.length === 0) return missing('messages');
  const tokens = new PseudoTokens();
  if (Array.isArray(body['tools']) && body['tools'].length > 0) tokens.text(goJson(body['tools']));
  for (const message of messages as unknown[]) {
    if (!isObject(message)) return 'invalid request body: a message is not an object';
    tokens.text(textOf(message['role']));
    addContent(tokens, message['content'], context);
  }
  const limit = countOf(body['max_completion_tokens']) || countOf(body['max_tokens']);
  return commonFacts(body, limit, [tokens.finish()]);
};

/** `completions`. */
export const parseCompletion: ParseBody = (body) => {
  const facts = commonFacts(body, countOf(body['max_tokens']));
  return withInput(facts, body['prompt'], 'prompt', estimateText);
};

/** `embeddings`: text counts as the JSON of the whole input. */
export const parseEmbedding: ParseBody = (body) => {
  const input = body['input'];
  const ids = promptsOfIds(input);
  const facts = commonFacts(body, 0);
  if (ids !== undefined) return { ...facts, prompts: ids, exactTokens: true };
  return isEmpty(input) ? missing('input') : { ...facts, prompts: [estimateText(goJson(input))] };
};

/** `responses`. */
export const parseResponse: ParseBody = (body) => {
  if (isEmpty(body['input'])) return missing('input');
  const parts = ['instructions', 'tools', 'input'].filter((name) => !isEmpty(body[name]));
  const prompt = estimateText(goJson(parts.map((name) => ({ [name]: body[name] }))));
  return commonFacts(body, countOf(body['max_output_tokens']), [prompt]);
};

/** `conversations`. */
export const parseConversation: ParseBody = (body) => {
  if (isEmpty(body['items'])) return missing('items');
  return commonFacts(body, 0, [estimateText(goJson(body['items']))]);
};

/** `images/generations`. */
export const parseImageGeneration: ParseBody = (body) =>
  withInput(commonFacts(body, 0), body['prompt'], 'prompt', estimateText);

/** Message of a 400 for a required field. */
export function missing(field: string): string {
  return `invalid request body: ${field} is required and must not be empty`;
}

/** Prompt forms of completions: text, texts, token ids, lists of token ids. */
function withInput(
  facts: Omit<BodyFacts, 'prompts'>,
  input: unknown,
  field: string,
  estimate: (text: string) => Prompt,
): BodyFacts | string {
  const ids = promptsOfIds(input);
  if (ids !== undefined) return { ...facts, prompts: ids, exactTokens: true };
  if (isEmpty(input)) return missing(field);
  const texts: unknown[] = Array.isArray(input) ? input : [input];
  if (!texts.every((text) => typeof text === 'string')) {
    return `invalid request body: ${field} must be text, a list of texts, or token ids`;
  }
  return { ...facts, prompts: texts.map(estimate) };
}

/** Prompts given as token ids: one list, or a list of lists. */
function promptsOfIds(input: unknown): Prompt[] | undefined {
  const one = tokenIds(input);
  if (one !== undefined) return [{ tokens: one, items: [] }];
  if (!Array.isArray(input) || input.length === 0) return undefined;
  const prompts: Prompt[] = [];
  for (const item of input as unknown[]) {
    const ids = tokenIds(item);
    if (ids === undefined) return undefined;
    prompts.push({ tokens: ids, items: [] });
  }
  return prompts;
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
  );
}

/** Text and assets of a message's content: plain text or a list of parts. Other parts do not count. */
function addContent(tokens: PseudoTokens, content: unknown, context: ParseContext): void {
  if (typeof content === 'string') {
    tokens.text(content);
    return;
  }
  if (!Array.isArray(content)) return;
  for (const part of content as unknown[]) if (isObject(part)) addPart(tokens, part, context);
}

function addPart(tokens: PseudoTokens, part: JsonObject, context: ParseContext): void {
  const type = textOf(part['type']);
  if (type === 'text') {
    tokens.text(textOf(part['text']));
    return;
  }
  const source = assetSource(part[type]);
  if (source === '') return;
  if (type === 'image_url') tokens.asset(source, imageTokens(context.estimate, source, false));
  if (type === 'video_url') tokens.asset(source, videoTokens(context.estimate, context.video()));
  if (type === 'input_audio' || type === 'audio_url') tokens.asset(source, audioTokens(source));
}

/** URL or base64 data of an asset part: the text itself, or its field `url` or `data`. */
function assetSource(asset: unknown): string {
  if (!isObject(asset)) return textOf(asset);
  return textOf(asset['url']) || textOf(asset['data']);
}
