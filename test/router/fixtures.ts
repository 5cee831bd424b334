/** Router test world: a table, requests with chosen block keys, seeded streams, and an output that remembers. */
import type { Rng, Streams } from '../../src/core/rng.ts';
import { createRouter, type EndpointPicker, type RouterOptions } from '../../src/router.ts';
import type { Dispatch, Rejection, RouterOutput } from '../../src/routing/contract.ts';
import type { DecisionRecord } from '../../src/routing/decision.ts';
import { EndpointTable } from '../../src/routing/endpoint.ts';
import { type InferenceRequest, NO_HEADERS, type PromptIdentity } from '../../src/routing/request.ts';

/** Endpoint with signals; everything but the id has a default. */
export interface Spec {
  readonly id: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly waiting?: number;
  readonly running?: number;
  readonly kvUsage?: number;
  readonly active?: readonly string[];
  readonly waitingModels?: readonly string[];
  readonly maxActiveModels?: number;
  readonly attributes?: Readonly<Record<string, number>>;
}

/** Address of the n-th endpoint. */
export function addressOf(index: number): string {
  return `10.0.0.${index + 1}:8000`;
}

export function makeTable(specs: readonly Spec[]): EndpointTable {
  const table = new EndpointTable();
  specs.forEach((spec, index) => {
    const row = table.add({ id: spec.id, address: addressOf(index), labels: spec.labels ?? {} });
    table.waiting[row] = spec.waiting ?? 0;
    table.running[row] = spec.running ?? 0;
    table.kvUsage[row] = spec.kvUsage ?? 0;
    table.maxActiveModels[row] = spec.maxActiveModels ?? 0;
    table.activeModels[row] = spec.active ?? [];
    table.waitingModels[row] = spec.waitingModels ?? [];
    table.scrapedAtUs[row] = 0;
    for (const [key, value] of Object.entries(spec.attributes ?? {})) table.attributes[row]!.set(key, value);
  });
  return table;
}

/** A prompt whose block i has content `content[i]`; keys chain over contents. 64-token blocks unless asked. */
export function prompt(content: readonly number[], tokens = content.length * 64): PromptIdentity {
  const keys = (blocks: number): Uint32Array => {
    const out = new Uint32Array(2 * blocks);
    let chain = 17;
    for (let i = 0; i < blocks; i++) {
      chain = (Math.imul(chain, 31) + content[i]! + 1) >>> 0;
      out[2 * i] = chain;
      out[2 * i + 1] = ~chain;
    }
    return out;
  };
  return {
    tokens,
    approximateKeys: (_blockSize, maxBlocks) => keys(Math.min(content.length, maxBlocks)),
    preciseKeys: () => keys(content.length),
  };
}

let nextId = 0;

export function request(fields: Partial<InferenceRequest> = {}): InferenceRequest {
  const id = nextId++;
  return {
    id,
    requestId: `request-${id}`,
    model: 'm1',
    incomingModel: 'm1',
    arrivalUs: 0,
    priority: 0,
    fairnessId: 'default-flow',
    prompt: prompt([]),
    maxOutputTokens: 0,
    sizeBytes: 100,
    headers: NO_HEADERS,
    multimodal: null,
    subset: null,
    ...fields,
  };
}

/** A small seeded generator per path. */
export function streams(seed = 1): Streams {
  return { open: (path) => generator(seed + [...path].reduce((sum, c) => sum * 31 + c.charCodeAt(0), 7)) };
}

function generator(seed: number): Rng {
  let state = seed | 0;
  return {
    unit() {
      state = (state + 0x6d2b79f5) | 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    },
  };
}

export const USAGE = { promptTokens: 100, outputTokens: 10, cachedTokens: 0 };

/** A router over a table, and what it said. */
export class World implements RouterOutput {
  readonly table: EndpointTable;
  readonly router: EndpointPicker;
  readonly dispatches: Dispatch[] = [];
  readonly rejections: Rejection[] = [];
  readonly evicted: InferenceRequest[] = [];
  readonly decisions: DecisionRecord[] = [];

  constructor(
    config: unknown,
    table: EndpointTable,
    { isRecorded = true, ...options }: Partial<RouterOptions> & { readonly isRecorded?: boolean } = {},
  ) {
    this.table = table;
    this.router = createRouter({
      config,
      table,
      output: this,
      streams: streams(),
      allowExperimentalPlugins: true,
      ...(isRecorded ? { recorder: { decided: (record) => this.decisions.push(record) } } : {}),
      ...options,
    });
  }

  dispatch(_request: InferenceRequest, dispatch: Dispatch): void {
    this.dispatches.push(dispatch);
  }

  reject(_request: InferenceRequest, rejection: Rejection): void {
    this.rejections.push(rejection);
  }

  evict(evicted: InferenceRequest): void {
    this.evicted.push(evicted);
  }

  /** Sends a request; its dispatch, or its rejection. */
  send(sent: InferenceRequest, nowUs = 0): Dispatch | Rejection {
    const before = this.dispatches.length;
    this.router.arrive(sent, nowUs);
    return this.dispatches.length > before ? this.dispatches.at(-1)! : this.rejections.at(-1)!;
  }

  /** Id of the endpoint that a request goes to. */
  route(sent: InferenceRequest, nowUs = 0): string {
    const outcome = this.send(sent, nowUs);
    if ('status' in outcome) throw new Error(`refused: ${outcome.message}`);
    return this.table.endpoints[outcome.rows[0]!]!.id;
  }

  /** Raw scores of a plugin in the last decision, by endpoint id. */
  scores(plugin: string, profile = 'default'): Record<string, number> {
    const record = this.decisions.at(-1)!.profiles.find((each) => each.profile === profile)!;
    const scorer = record.scorers.find((each) => each.plugin === plugin)!;
    return Object.fromEntries(
      record.candidates.map((row, i) => [this.table.endpoints[row]!.id, scorer.scores[i]!]),
    );
  }

  /** Ids that passed the filters of a profile in the last decision. */
  candidates(profile = 'default'): string[] {
    const record = this.decisions.at(-1)!.profiles.find((each) => each.profile === profile)!;
    return record.candidates.map((row) => this.table.endpoints[row]!.id);
  }
}

/** A configuration with these plugins, all in one default profile. */
export function config(
  ...plugins: readonly (string | Readonly<Record<string, unknown>>)[]
): Record<string, unknown> {
  return {
    apiVersion: 'llm-d.ai/v1alpha1',
    kind: 'EndpointPickerConfig',
    plugins: plugins.map((plugin) => (typeof plugin === 'string' ? { type: plugin } : plugin)),
  };
}
