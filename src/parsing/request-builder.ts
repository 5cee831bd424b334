/**
 * From an HTTP request (headers, path, body) to an InferenceRequest, or to the 400 that upstream answers. Both the
 * server and `drydock route` build requests here. Source: router specification 1.3, steps 2 to 5c.
 */
import { ConfigError, nearest } from '../core/check.ts';
import type { BlockKeyer } from '../prefix/block-keys.ts';
import type { Rejection } from '../routing/contract.ts';
import type { InferenceRequest } from '../routing/request.ts';
import { type BodyFacts, isObject } from './body.ts';
import { type EstimateOptions, videoHints } from './estimate.ts';
import type { ModelRewrites } from './model-rewrite.ts';
import { claim, decodeJson, OPAQUE, PARSERS, type Parser, requestPath } from './parsers.ts';
import { TokenPrompt } from './prompt-identity.ts';

/** What is the same for all requests of a router. */
export interface RequestBuilderOptions {
  /** Parser types, in the order of the configuration. */
  readonly parsers: readonly string[];
  readonly estimate: EstimateOptions;
  /** Maker of precise keys for bodies with token ids. */
  readonly keyer: BlockKeyer;
  /** Priority by InferenceObjective name. */
  readonly objectives: ReadonlyMap<string, number>;
  /** Models by which others are served; absent: none. */
  readonly rewrites?: ModelRewrites;
}

/** One request as it came in. */
export interface IncomingRequest {
  /** Dense number, unique among requests in flight. */
  readonly id: number;
  /** Used when there is no `x-request-id` header. */
  readonly requestId: string;
  /** Header names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** `:path`; undefined when only the proxies' headers tell it. */
  readonly path: string | undefined;
  /** Decoded JSON, or its text. */
  readonly body: unknown;
  readonly sizeBytes: number;
  readonly arrivalUs: number;
  /** Subset hint of the proxy, or null when absent. */
  readonly subset: readonly string[] | null;
}

/** A request that can be routed, with the facts about its response that the router does not need. */
export interface BuiltRequest {
  readonly request: InferenceRequest;
  readonly stream: boolean;
  readonly skipResponse: boolean;
}

/** Either the request or why it is refused. */
export type BuildResult = { readonly built: BuiltRequest } | { readonly rejection: Rejection };

const SUBSET_HEADER = 'x-gateway-destination-endpoint-subset';

/** Builds requests for one configuration. */
export class RequestBuilder {
  readonly #options: RequestBuilderOptions;
  readonly #parsers: readonly Parser[];

  constructor(options: RequestBuilderOptions) {
    this.#options = options;
    this.#parsers = effectiveParsers(options.parsers);
  }

  build(incoming: IncomingRequest): BuildResult {
    const { headers } = incoming;
    const facts = this.#parse(incoming);
    if (typeof facts === 'string') return { rejection: badRequest(facts) };
    const override = aliased(headers, 'x-llm-d-model-name-rewrite', 'x-gateway-model-name-rewrite');
    const model = facts.rewritable ? this.#target(override || facts.model) : facts.model;
    if (facts.rewritable && model === '') return { rejection: badRequest('model not found in request body') };
    const objective = aliased(headers, 'x-llm-d-inference-objective', 'x-gateway-inference-objective');
    const fairness = aliased(headers, 'x-llm-d-inference-fairness-id', 'x-gateway-inference-fairness-id');
    const hashes: string[] = [];
    for (const { items } of facts.prompts) for (const { hash } of items) hashes.push(hash);
    const request: InferenceRequest = {
      id: incoming.id,
      requestId: headers.get('x-request-id') || incoming.requestId,
      model,
      incomingModel: facts.model,
      arrivalUs: incoming.arrivalUs,
      priority: this.#options.objectives.get(objective ?? '') ?? 0,
      fairnessId: fairness || 'default-flow',
      prompt: new TokenPrompt(facts.prompts, {
        model,
        cacheSalt: facts.cacheSalt,
        keyer: facts.exactTokens ? this.#options.keyer : null,
      }),
      maxOutputTokens: facts.maxOutputTokens,
      sizeBytes: incoming.sizeBytes,
      headers,
      multimodal: hashes.length === 0 ? null : { hashes },
      subset: incoming.subset ?? subsetOf(headers),
    };
    return { built: { request, stream: facts.stream, skipResponse: facts.skipResponse } };
  }

  #target(model: string): string {
    return this.#options.rewrites?.target(model) ?? model;
  }

  #parse(incoming: IncomingRequest): BodyFacts | string {
    const path = requestPath(incoming.path, incoming.headers);
    const parse = claim(this.#parsers, path);
    if (parse === undefined) return `no parser claims path ${path}`;
    if (parse === 'opaque') return OPAQUE;
    const decoded = typeof incoming.body === 'string' ? decodeJson(incoming.body) : { value: incoming.body };
    if (typeof decoded === 'string') return decoded;
    if (!isObject(decoded.value)) return 'invalid request body: not a JSON object';
    return parse(decoded.value, {
      estimate: this.#options.estimate,
      video: () => videoHints(incoming.headers),
    });
  }
}

/** Repeated types count once, and the passthrough parser hides all after it. */
function effectiveParsers(types: readonly string[]): readonly Parser[] {
  const parsers = [...new Set(types)].map(parserOf);
  const fallback = parsers.findIndex((parser) => parser.claims.length === 0);
  return fallback < 0 ? parsers : parsers.slice(0, fallback + 1);
}

function parserOf(type: string): Parser {
  const parser = PARSERS.find((candidate) => candidate.type === type);
  if (parser !== undefined) return parser;
  const known = PARSERS.map((candidate) => candidate.type);
  const near = nearest(type, known);
  const hint = near === undefined ? '' : ` (nearest: ${near})`;
  throw new ConfigError({
    path: 'requestHandler.parsers',
    found: type,
    expected: `a parser of JSON bodies: ${known.join(', ')}${hint}`,
  });
}

/** Value of a header or of its older name. */
function aliased(headers: ReadonlyMap<string, string>, name: string, alias: string): string | undefined {
  return headers.get(name) ?? headers.get(alias);
}

/** Endpoints named by the subset header; present but empty allows none. */
function subsetOf(headers: ReadonlyMap<string, string>): readonly string[] | null {
  const value = headers.get(SUBSET_HEADER);
  if (value === undefined) return null;
  return value
    .split(',')
    .map((address) => address.trim())
    .filter((address) => address !== '');
}

function badRequest(message: string): Rejection {
  return { status: 400, code: 'BadRequest', message, reason: null };
}
