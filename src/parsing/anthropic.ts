/** Anthropic messages: tools, system text, then per message its role and blocks. */
import {
  commonFacts,
  countOf,
  isObject,
  type JsonObject,
  type ParseBody,
  type ParseContext,
  textOf,
} from './body.ts';
import { imageTokens } from './estimate.ts';
import { goJson } from './go-json.ts';
import { missing } from './openai.ts';
import { PseudoTokens } from './pseudo-tokens.ts';

/** `messages`. */
export const parseAnthropic: ParseBody = (body, context) => {
  const messages = body['messages'];
  if (!Array.isArray(messages) || messages.length === 0) return missing('messages');
  const tokens = new PseudoTokens();
  if (Array.isArray(body['tools']) && body['tools'].length > 0) tokens.text(goJson(body['tools']));
  addBlocks(tokens, body['system'], context);
  for (const message of messages as unknown[]) {
    if (!isObject(message)) return 'invalid request body: a message is not an object';
    tokens.text(textOf(message['role']));
    addBlocks(tokens, message['content'], context);
  }
  return commonFacts(body, countOf(body['max_tokens']), [tokens.finish()]);
};

/** `messages/count_tokens`: routed, but the response is not read. */
export const parseCountTokens: ParseBody = (body, context) => {
  const facts = parseAnthropic(body, context);
  return typeof facts === 'string' ? facts : { ...facts, skipResponse: true };
};

function addBlocks(tokens: PseudoTokens, content: unknown, context: ParseContext): void {
  if (typeof content === 'string') {
    tokens.text(content);
    return;
  }
  if (!Array.isArray(content)) return;
  for (const block of content as unknown[]) if (isObject(block)) addBlock(tokens, block, context);
}

function addBlock(tokens: PseudoTokens, block: JsonObject, context: ParseContext): void {
  switch (block['type']) {
    case 'text':
      tokens.text(textOf(block['text']));
      break;
    case 'thinking':
      tokens.text(textOf(block['thinking']));
      break;
    case 'tool_use':
      tokens.text(textOf(block['id']));
      tokens.text(textOf(block['name']));
      if (block['input'] !== undefined) tokens.text(goJson(block['input']));
      break;
    case 'tool_result':
      addBlocks(tokens, block['content'], context);
      break;
    case 'image':
      addImage(tokens, block['source'], context);
      break;
    default:
      break;
  }
}

function addImage(tokens: PseudoTokens, source: unknown, context: ParseContext): void {
  if (!isObject(source)) return;
  const data = textOf(source['data']);
  const asset = data || textOf(source['url']);
  if (asset !== '') tokens.asset(asset, imageTokens(context.estimate, asset, data !== ''));
}
