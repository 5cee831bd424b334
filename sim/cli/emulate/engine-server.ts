/**
 * An emulated engine as a vLLM-compatible server on loopback. The engine's times are exact in its own clock; sockets follow
 * as closely as timers allow, and how late they are is measured.
 *
 * Output length: header `x-drydock-output-tokens`, else the body's limit, else DEFAULT_OUTPUT_TOKENS. There is no end of
 * sequence to be sampled, so a request without the header always runs to its limit, as with `ignore_eos`.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import { type BodyFacts, isObject } from '../../../src/parsing/body.ts';
import { ESTIMATE_DEFAULTS, videoHints } from '../../../src/parsing/estimate.ts';
import { claim, decodeJson, PARSERS } from '../../../src/parsing/parsers.ts';
import { readBody } from '../../../src/server/body.ts';
import type { PoolSetup } from '../../cluster/fleet.ts';
import { EmulatedEngine } from '../../emulate/emulated-engine.ts';
import { runsOfTokens } from '../../emulate/token-runs.ts';
import { modelSeed } from '../../workload/prompt-content.ts';
import type { SimRequest } from '../../workload/request.ts';
import { DEFAULT_TENANT, requestTraits, simulatedRequest } from '../../workload/simulated-request.ts';
import { AnswerWriter } from './answer-writer.ts';
import { engineMetricsText } from './engine-metrics-text.ts';

/** vLLM's default of `max_tokens` for completions. */
const DEFAULT_OUTPUT_TOKENS = 16;
const BODY_LIMIT_BYTES = 64 * 1024 * 1024;
const OUTPUT_HEADER = 'x-drydock-output-tokens';
/** Shorter waits than this are not worth a timer of ms grain. */
const LEAST_TIMER_MS = 0.3;

export class EngineServer {
  readonly engine: EmulatedEngine;
  readonly model: string;
  /** How late steps were handled, wall ms. */
  readonly lateness: number[] = [];
  readonly #server: Server;
  readonly #speed: number;
  readonly #startMs = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #nextId = 0;

  constructor(pool: PoolSetup, speed: number) {
    this.engine = new EmulatedEngine(pool);
    this.model = pool.model.huggingFace[0] ?? pool.model.id;
    this.#speed = speed;
    this.#server = createServer((message, response) => {
      void this.#handle(message, response);
    });
  }

  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => {
        const address = this.#server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    await closed;
  }

  /** µs on the engine's clock. */
  #nowUs(): number {
    return (performance.now() - this.#startMs) * 1000 * this.#speed;
  }

  #run(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    const nextUs = this.engine.advance(this.#nowUs());
    if (nextUs === Number.POSITIVE_INFINITY) return;
    const delayMs = (nextUs - this.#nowUs()) / 1000 / this.#speed;
    const wake = (): void => {
      const nowUs = this.#nowUs();
      if (nowUs >= nextUs) this.lateness.push((nowUs - nextUs) / 1000 / this.#speed);
      this.#run();
    };
    if (delayMs < LEAST_TIMER_MS) this.#immediate = setImmediate(wake);
    else this.#timer = setTimeout(wake, Math.max(1, Math.floor(delayMs)));
  }

  async #handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (message.url ?? '/').replace(/[?#].*$/, '');
    if (message.method === 'GET') {
      this.#get(path, response);
      return;
    }
    if (message.method !== 'POST' || !/^\/v1\/(chat\/)?completions$/.test(path)) {
      refuse(response, 404, `no such path: ${message.method} ${path}`);
      return;
    }
    let body: Buffer;
    try {
      body = await readBody(message, BODY_LIMIT_BYTES);
    } catch (error) {
      refuse(response, 413, String(error));
      return;
    }
    this.#complete(path, message, response, body.toString('utf8'));
  }

  #get(path: string, response: ServerResponse): void {
    if (path === '/health') {
      response.end();
    } else if (path === '/v1/models') {
      const card = { id: this.model, object: 'model', owned_by: 'drydock', root: this.model, parent: null };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ object: 'list', data: [card] }));
    } else if (path === '/metrics') {
      response.setHeader('content-type', 'text/plain; version=0.0.4');
      response.end(engineMetricsText(this.engine, this.model, this.#nowUs()));
    } else {
      refuse(response, 404, `no such path: GET ${path}`);
    }
  }

  #complete(path: string, message: IncomingMessage, response: ServerResponse, text: string): void {
    const parsed = parseBody(path, text);
    if (typeof parsed === 'string') {
      refuse(response, 400, parsed);
      return;
    }
    const { facts, includeUsage } = parsed;
    if (facts.model !== this.model && facts.model !== this.engine.pool.model.id) {
      refuse(response, 404, `The model \`${facts.model}\` does not exist.`);
      return;
    }
    const wanted = message.headers[OUTPUT_HEADER];
    if (wanted !== undefined && !/^[1-9]\d{0,6}$/.test(String(wanted))) {
      refuse(response, 400, `${OUTPUT_HEADER} must be a positive whole number`);
      return;
    }
    const request = this.#request(facts, wanted === undefined ? 0 : Number(wanted));
    const writer = new AnswerWriter(response, {
      isChat: path.endsWith('chat/completions'),
      isStream: facts.stream,
      includeUsage,
      model: facts.model,
      id: request.request.id,
      promptTokens: request.promptTokens,
      reachesLimit: request.outputTokens === request.maxTokens,
    });
    response.on('close', () => this.engine.abort(request.request.id, this.#nowUs()));
    this.engine.submit(request, writer, this.#nowUs());
    this.#run();
  }

  #request(facts: BodyFacts, wantedTokens: number): SimRequest {
    const tokens = Uint32Array.from(facts.prompts.flatMap((prompt) => [...prompt.tokens]));
    const prompt = runsOfTokens(tokens, this.engine.blockSizeTokens, modelSeed(this.model));
    const limit = facts.maxOutputTokens || wantedTokens || DEFAULT_OUTPUT_TOKENS;
    const id = this.#nextId++;
    return simulatedRequest(
      {
        id,
        arrivalUs: this.#nowUs(),
        prompt,
        outputTokens: wantedTokens === 0 ? limit : Math.min(wantedTokens, limit),
        maxTokens: limit,
        // Single use: no later prompt is recognised to hold this answer.
        outputContentId: -1 - id,
        session: -1,
      },
      requestTraits(0, this.model, 0, DEFAULT_TENANT),
    );
  }
}

function parseBody(path: string, text: string): { facts: BodyFacts; includeUsage: boolean } | string {
  const parse = claim(PARSERS, path);
  if (parse === undefined || parse === 'opaque') return `no parser for ${path}`;
  const decoded = decodeJson(text);
  if (typeof decoded === 'string') return decoded;
  if (!isObject(decoded.value)) return 'invalid request body: not a JSON object';
  const facts = parse(decoded.value, { estimate: ESTIMATE_DEFAULTS, video: videoHints(new Map()) });
  if (typeof facts === 'string') return facts;
  if (facts.prompts.length !== 1) return 'invalid request body: one prompt per request';
  const options = decoded.value['stream_options'];
  return { facts, includeUsage: isObject(options) && options['include_usage'] === true };
}

function refuse(response: ServerResponse, code: number, message: string): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: { message, type: 'invalid_request_error', code } }));
}
