/**
 * Construction of simulated requests. Two objects on purpose: `RoutedRequest` is what the router is handed and holds no
 * ground truth; `SimRequest` wraps it. Both always have one shape, and text that few ask for is made on demand.
 */
import { type InferenceRequest, NO_HEADERS } from '../../src/routing/request.ts';
import { modelSeed, type PromptContent } from './prompt-content.ts';
import { Course, type SimRequest } from './request.ts';

/** Body bytes per prompt token: about four characters of English text a token (OpenAI's rule of thumb). */
const BODY_BYTES_PER_TOKEN = 4;

/** Where the router's session plugins look for a session. */
const SESSION_HEADER = 'x-session-id';

/** Fairness id of requests that name no tenant, as the router's own default. */
export const DEFAULT_TENANT = 'default-flow';

/** What all requests of a class share. */
export interface RequestTraits {
  readonly classIndex: number;
  readonly model: string;
  /** Start of the prompt's key chains. */
  readonly keySeed: number;
  readonly priority: number;
  readonly tenant: string;
  readonly headers: ReadonlyMap<string, string>;
}

/** Traits with defaults filled in. */
export function requestTraits(own: {
  readonly classIndex: number;
  readonly model: string;
  readonly priority?: number;
  readonly tenant?: string;
  readonly headers?: Readonly<Record<string, string>>;
}): RequestTraits {
  const { classIndex, model, priority = 0, tenant = DEFAULT_TENANT, headers } = own;
  return {
    ...{ classIndex, model, keySeed: modelSeed(model), priority, tenant },
    headers: headers === undefined ? NO_HEADERS : new Map(Object.entries(headers)),
  };
}

/** The router's view of a simulated request. */
export class RoutedRequest implements InferenceRequest {
  readonly id: number;
  readonly model: string;
  readonly incomingModel: string;
  readonly arrivalUs: number;
  readonly priority: number;
  readonly fairnessId: string;
  readonly prompt: PromptContent;
  readonly maxOutputTokens: number;
  readonly sizeBytes: number;
  readonly multimodal = null;
  readonly subset = null;
  readonly #traits: RequestTraits;
  readonly #session: number;
  #headers: ReadonlyMap<string, string> | null = null;

  constructor(
    id: number,
    arrivalUs: number,
    traits: RequestTraits,
    prompt: PromptContent,
    maxOutputTokens: number,
    session = -1,
  ) {
    this.id = id;
    this.model = traits.model;
    this.incomingModel = traits.model;
    this.arrivalUs = arrivalUs;
    this.priority = traits.priority;
    this.fairnessId = traits.tenant;
    this.#traits = traits;
    this.#session = session;
    this.prompt = prompt;
    this.maxOutputTokens = maxOutputTokens;
    this.sizeBytes = prompt.tokens * BODY_BYTES_PER_TOKEN;
  }

  /** Requests of a session carry its number. */
  get headers(): ReadonlyMap<string, string> {
    const { headers } = this.#traits;
    if (this.#session < 0) return headers;
    this.#headers ??= new Map([...headers, [SESSION_HEADER, `session-${this.#session}`]]);
    return this.#headers;
  }

  /** The same request with another prompt. */
  withPrompt(prompt: PromptContent): RoutedRequest {
    const { id, arrivalUs, maxOutputTokens } = this;
    return new RoutedRequest(id, arrivalUs, this.#traits, prompt, maxOutputTokens, this.#session);
  }

  get requestId(): string {
    return `sim-${this.id}`;
  }
}

/** What makes one request different from the next of its class. */
export interface RequestDraft {
  readonly id: number;
  readonly arrivalUs: number;
  readonly prompt: PromptContent;
  readonly outputTokens: number;
  /** Limit that the client sends; at least `outputTokens`. */
  readonly maxTokens: number;
  readonly outputContentId: number;
  readonly session: number;
}

/** A request that has not happened yet. */
export function simulatedRequest(draft: RequestDraft, traits: RequestTraits): SimRequest {
  const { prompt } = draft;
  return {
    course: new Course(),
    request: new RoutedRequest(draft.id, draft.arrivalUs, traits, prompt, draft.maxTokens, draft.session),
    prompt,
    promptTokens: prompt.tokens,
    outputTokens: draft.outputTokens,
    maxTokens: draft.maxTokens,
    outputContentId: draft.outputContentId,
    classIndex: traits.classIndex,
    session: draft.session,
  };
}
