/**
 * Which parser reads which path: every parser claims path suffixes, the longest match over all configured parsers
 * wins, and a parser that claims none takes the rest. Source: router specification 1.3 and 3.9.
 */
import { parseAnthropic, parseCountTokens } from './anthropic.ts';
import { type BodyFacts, isObject, type ParseBody } from './body.ts';
import {
  parseChat,
  parseCompletion,
  parseConversation,
  parseEmbedding,
  parseImageGeneration,
  parseResponse,
} from './openai.ts';
import { parseSglangGenerate, parseVllmGenerate } from './token-bodies.ts';

/** A parser type of the configuration. */
export interface Parser {
  readonly type: string;
  /** Body parser per claimed path suffix; none: the fallback for paths that nobody claims. */
  readonly claims: readonly (readonly [suffix: string, parse: ParseBody])[];
}

/** Vertex's raw prediction carries either family's body; Anthropic's names its version. */
const parseRawPredict: ParseBody = (body, context) =>
  body['anthropic_version'] === undefined ? parseChat(body, context) : parseAnthropic(body, context);

const openai: Parser = {
  type: 'openai-parser',
  claims: [
    ['chat/completions', parseChat],
    ['completions', parseCompletion],
    ['embeddings', parseEmbedding],
    ['responses', parseResponse],
    ['conversations', parseConversation],
    ['chat/completions/render', parseChat],
    ['completions/render', parseCompletion],
    ['images/generations', parseImageGeneration],
  ],
};

const anthropic: Parser = {
  type: 'anthropic-parser',
  claims: [
    ['messages', parseAnthropic],
    ['messages/count_tokens', parseCountTokens],
  ],
};

const vllmHttp: Parser = { type: 'vllmhttp-parser', claims: [['inference/v1/generate', parseVllmGenerate]] };
const sglangHttp: Parser = { type: 'sglanghttp-parser', claims: [['generate', parseSglangGenerate]] };

const vertexAi: Parser = {
  type: 'vertexai-parser',
  claims: [
    ['PredictionService/ChatCompletions', parseChat],
    ['PredictionService/StreamRawPredict', parseRawPredict],
    ['PredictionService/RawPredict', parseRawPredict],
  ],
};

/** Protocol buffers are not read here: calls that this parser claims are refused, not misrouted. */
const refuseProtobuf: ParseBody = () => 'gRPC request bodies are not supported';

const vllmGrpc: Parser = {
  type: 'vllmgrpc-parser',
  claims: [
    ['vllm.grpc.engine.VllmEngine/Generate', refuseProtobuf],
    ['vllm.grpc.engine.VllmEngine/Embed', refuseProtobuf],
  ],
};

const passthrough: Parser = { type: 'passthrough-parser', claims: [] };

/** All parser types. */
export const PARSERS: readonly Parser[] = [
  openai,
  anthropic,
  vllmHttp,
  vllmGrpc,
  sglangHttp,
  vertexAi,
  passthrough,
];

/** Parsers of a configuration that names none. */
export const DEFAULT_PARSERS: readonly string[] = [
  'openai-parser',
  'anthropic-parser',
  'vllmhttp-parser',
  'passthrough-parser',
];

/** Facts of a body that nobody looks into. */
export const OPAQUE: BodyFacts = {
  model: '',
  stream: false,
  maxOutputTokens: 0,
  prompts: [],
  exactTokens: false,
  cacheSalt: '',
  rewritable: false,
  skipResponse: false,
};

/** How to read the body of a request to `path`: a parser, 'opaque' for the fallback, or undefined (400). */
export function claim(parsers: readonly Parser[], path: string): ParseBody | 'opaque' | undefined {
  let best: ParseBody | undefined;
  let bestLength = 0;
  for (const parser of parsers) {
    for (const [suffix, parse] of parser.claims) {
      if (suffix.length <= bestLength || !endsWithSegments(path, suffix)) continue;
      best = parse;
      bestLength = suffix.length;
    }
  }
  if (best !== undefined) return best;
  return parsers.some((parser) => parser.claims.length === 0) ? 'opaque' : undefined;
}

/** Path of a request without its query: pseudo-header, then the proxies' headers, then completions. */
export function requestPath(path: string | undefined, headers: ReadonlyMap<string, string>): string {
  const found =
    path || headers.get(':path') || headers.get('x-original-path') || headers.get('x-forwarded-path');
  return (found ?? '/v1/completions').replace(/[?#].*$/, '');
}

/** A JSON body given as text; a string is the reason of a 400. */
export function decodeJson(text: string): { readonly value: unknown } | string {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? { value } : 'invalid request body: not a JSON object';
  } catch (error) {
    return `invalid request body: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function endsWithSegments(path: string, suffix: string): boolean {
  if (!path.endsWith(suffix)) return false;
  return path.length === suffix.length || /[/.]/.test(path[path.length - suffix.length - 1]!);
}
