/**
 * An emulated engine as a vLLM-compatible server on loopback. The engine's times are exact in its own clock; sockets follow
 * as closely as timers allow, and how late they are is measured.
 *
 * Output length: header `x-drydock-output-tokens`, else the body's limit, else DEFAULT_OUTPUT_TOKENS. There is no end of
 * sequence to be sampled, so a request without the header always runs to its limit, as with `ignore_eos`.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BodyFacts, isObject } from '../../../src/parsing/body.ts';
import { ESTIMATE_DEFAULTS, videoHints } from '../../../src/parsing/estimate.ts';
import { claim, decodeJson, PARSERS } from '../../../src/parsing/parsers.ts';
import { readBody } from '../../../src/server/body.ts';
import type { PoolSetup } from '../../cluster/fleet.ts';
import { CacheEvents } from '../../emulate/cache-events.ts';
import { type CallListener, EmulatedEngine } from '../../emulate/emulated-engine.ts';
import { runsOfTokens } from '../../emulate/token-runs.ts';
import { modelSeed } from '../../workload/prompt-content.ts';
import type { SimRequest } from '../../workload/request.ts';
import { requestTraits, simulatedRequest } from '../../workload/simulated-request.ts';
import { AnswerWriter } from './answer-writer.ts';
import { engineMetricsText } from './engine-metrics-text.ts';
import { FAULT_HEADER, FAULT_PATH, FaultState, parseFault, parseFaultHeader } from './faults.ts';
import type { KvEventPublisher } from './kv-event-publisher.ts';
import type { LiveFabric } from './live-fabric.ts';
import { heldName, type Transfer, transferAnswer, transferOf } from './transfer-params.ts';
import { Alarm, type WallClock } from './wall-clock.ts';

/** vLLM's default of `max_tokens` for completions. */
const DEFAULT_OUTPUT_TOKENS = 16;
const BODY_LIMIT_BYTES = 64 * 1024 * 1024;
const OUTPUT_HEADER = 'x-drydock-output-tokens';

/** An emulated engine's place in its fleet. */
export interface EngineSeat {
  /** Name within the fleet; prefill legs are found by it. */
  readonly id: string;
  readonly clock: WallClock;
  readonly fabric: LiveFabric;
}

export class EngineServer {
  readonly engine: EmulatedEngine;
  readonly model: string;
  /** How late steps were handled, wall ms. */
  readonly lateness: number[] = [];
  readonly #server: Server;
  readonly #seat: EngineSeat;
  readonly #alarm: Alarm;
  readonly #cacheEvents: CacheEvents;
  readonly #faults = new FaultState();
  #publisher: KvEventPublisher | null = null;
  readonly #egress: number;
  readonly #ingress: number;
  #port = 0;
  #nextId = 0;

  constructor(pool: PoolSetup, seat: EngineSeat) {
    this.engine = new EmulatedEngine(pool);
    this.model = pool.model.huggingFace[0] ?? pool.model.id;
    this.#seat = seat;
    this.#alarm = new Alarm(seat.clock);
    this.#cacheEvents = new CacheEvents(this.engine.blockSizeTokens);
    this.#egress = seat.fabric.addLink(pool.linkBytesPerUs);
    this.#ingress = seat.fabric.addLink(pool.linkBytesPerUs);
    this.#server = createServer((message, response) => {
      void this.#handle(message, response);
    });
  }

  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        const address = this.#server.address();
        this.#port = typeof address === 'object' && address !== null ? address.port : port;
        resolve(this.#port);
      });
    });
  }

  /** Starts to publish KV events; resolves with the ports of events and replay. */
  async listenForEvents(): Promise<{ events: number; replay: number }> {
    // ZeroMQ is native code: loaded only where it is used.
    const { KvEventPublisher } = await import('./kv-event-publisher.ts');
    this.#publisher = new KvEventPublisher(`kv@${this.#seat.id}@${this.model}`, this.engine.blockSizeTokens);
    this.engine.listenToCache(this.#cacheEvents);
    return await this.#publisher.listen();
  }

  async close(): Promise<void> {
    await this.#publisher?.close();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    this.#alarm.clear();
    await closed;
  }

  #nowUs(): number {
    return this.#seat.clock.nowUs();
  }

  #run(): void {
    const nextUs = this.engine.advance(this.#nowUs());
    this.#publisher?.publish(this.#cacheEvents.take(), this.#nowUs() / 1e6);
    this.#alarm.set(nextUs, () => {
      const lateUs = this.#nowUs() - nextUs;
      if (lateUs >= 0) this.lateness.push(this.#seat.clock.wallMs(lateUs));
      this.#run();
    });
  }

  async #handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (message.url ?? '/').replace(/[?#].*$/, '');
    if (path === FAULT_PATH) {
      await this.#setFaults(message, response);
      return;
    }
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
    const named = message.headers[FAULT_HEADER];
    const fault = named === undefined ? this.#faults.next() : parseFaultHeader(String(named));
    if (typeof fault === 'string') {
      refuse(response, 400, `${FAULT_HEADER}: ${fault}`);
      return;
    }
    if (fault?.hang === true) return;
    if (fault?.delayMs !== undefined) {
      await sleep(this.#seat.clock.wallMs(fault.delayMs * 1000));
      if (response.destroyed) return;
    }
    if (fault?.status !== undefined) refuse(response, fault.status, 'a fault that was asked for');
    else this.#complete(path, message, response, body.toString('utf8'), fault?.resetAfterTokens ?? null);
  }

  /** The admin call. */
  async #setFaults(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = (await readBody(message, BODY_LIMIT_BYTES)).toString('utf8');
    if (message.method === 'DELETE') this.#faults.set(null);
    else if (message.method === 'POST') {
      const fault = parseFault(text);
      if (typeof fault === 'string') {
        refuse(response, 400, fault);
        return;
      }
      this.#faults.set(fault);
    }
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(this.#faults.current));
  }

  #get(path: string, response: ServerResponse): void {
    if (path === '/health') {
      response.end();
    } else if (path === '/v1/models') {
      const card = { id: this.model, object: 'model', owned_by: 'drydock', root: this.model, parent: null };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ object: 'list', data: [card] }));
    } else if (path === '/metrics' && this.#faults.failsScrapes) {
      refuse(response, 500, 'a fault that was asked for');
    } else if (path === '/metrics') {
      response.setHeader('content-type', 'text/plain; version=0.0.4');
      response.end(engineMetricsText(this.engine, this.model, this.#nowUs()));
    } else {
      refuse(response, 404, `no such path: GET ${path}`);
    }
  }

  /** `resetAfterTokens`: the connection breaks off after so many; null: it does not. */
  #complete(
    path: string,
    message: IncomingMessage,
    response: ServerResponse,
    text: string,
    resetAfterTokens: number | null,
  ): void {
    const parsed = parseBody(path, text);
    if (typeof parsed === 'string') {
      refuse(response, 400, parsed);
      return;
    }
    const { facts, includeUsage, transfer } = parsed;
    if (facts.model !== this.model && facts.model !== this.engine.pool.model.id) {
      refuse(response, 404, `The model \`${facts.model}\` does not exist.`);
      return;
    }
    const wanted = message.headers[OUTPUT_HEADER];
    if (wanted !== undefined && !/^[1-9]\d{0,6}$/.test(String(wanted))) {
      refuse(response, 400, `${OUTPUT_HEADER} must be a positive whole number`);
      return;
    }
    const isPrefill = transfer.leg === 'prefill';
    const request = this.#request(facts, wanted === undefined || isPrefill ? 0 : Number(wanted), isPrefill);
    const { id } = request.request;
    const writer = new AnswerWriter(response, resetAfterTokens, {
      isChat: path.endsWith('chat/completions'),
      isStream: facts.stream,
      includeUsage,
      model: facts.model,
      id,
      promptTokens: request.promptTokens,
      reachesLimit: request.outputTokens === request.maxTokens,
      ...(isPrefill ? { transferParams: this.#answerOf(request) } : {}),
    });
    response.on('close', () => {
      this.engine.abort(id, this.#nowUs());
      this.#run();
    });
    const listener =
      transfer.leg === 'whole'
        ? writer
        : isPrefill
          ? this.#holding(request, writer)
          : this.#pulling(id, transfer.held, writer);
    this.engine.submit(request, transfer.leg, listener, this.#nowUs());
    this.#run();
  }

  /** A prefill leg: its blocks are held until they are pulled. */
  #holding(request: SimRequest, writer: AnswerWriter): CallListener {
    const held = {
      bytesPerToken: this.engine.pool.kvBytesPerToken,
      egress: this.#egress,
      release: (nowUs: number) => {
        this.engine.release(request, nowUs);
        this.#run();
      },
    };
    return {
      tokens: (count) => writer.tokens(count),
      refused: (reason) => writer.refused(reason),
      loadRemote: () => {},
      finished: (cachedTokens) => {
        const name = heldName(this.#seat.id, String(request.request.id));
        // The engine is in the middle of its step.
        setImmediate(() => {
          this.#seat.fabric.hold(name, held);
          writer.finished(cachedTokens);
        });
      },
    };
  }

  /** A decode leg: what it lacks of its prompt's KV is pulled, or computed here when it cannot be had. */
  #pulling(id: number, held: string, writer: AnswerWriter): CallListener {
    const { fabric } = this.#seat;
    const ready = (ok: boolean): void => {
      this.engine.remoteReady(id, ok, this.#nowUs());
      this.#run();
    };
    return {
      tokens: (count) => writer.tokens(count),
      refused: (reason) => writer.refused(reason),
      finished: (cachedTokens) => writer.finished(cachedTokens),
      loadRemote: (tokens) => {
        setImmediate(() => {
          const { linkBaseUs } = this.engine.pool;
          const isHeld = fabric.pull(held, tokens, this.#ingress, linkBaseUs, () => ready(true));
          if (!isHeld && tokens > 0) ready(false);
        });
      },
    };
  }

  #answerOf({ request, promptTokens }: SimRequest): object {
    const blocks = Math.ceil(promptTokens / this.engine.blockSizeTokens);
    return transferAnswer(this.#seat.id, String(request.id), this.#port, blocks);
  }

  /** A prefill leg's answer is one token, whatever the client wants of the decode leg. */
  #request(facts: BodyFacts, wantedTokens: number, isPrefill: boolean): SimRequest {
    const tokens = Uint32Array.from(facts.prompts.flatMap((prompt) => [...prompt.tokens]));
    const prompt = runsOfTokens(tokens, this.engine.blockSizeTokens, modelSeed(this.model));
    this.#cacheEvents.know(prompt, tokens);
    const limit = isPrefill ? 1 : facts.maxOutputTokens || wantedTokens || DEFAULT_OUTPUT_TOKENS;
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
      requestTraits({ classIndex: 0, model: this.model }),
    );
  }
}

interface ParsedBody {
  readonly facts: BodyFacts;
  readonly includeUsage: boolean;
  readonly transfer: Transfer;
}

/** The body's facts, or what is wrong with it. */
function parseBody(path: string, text: string): ParsedBody | string {
  const parse = claim(PARSERS, path);
  if (parse === undefined || parse === 'opaque') return `no parser for ${path}`;
  const decoded = decodeJson(text);
  if (typeof decoded === 'string') return decoded;
  if (!isObject(decoded.value)) return 'invalid request body: not a JSON object';
  const facts = parse(decoded.value, { estimate: ESTIMATE_DEFAULTS, video: () => videoHints(new Map()) });
  if (typeof facts === 'string') return facts;
  if (facts.prompts.length !== 1) return 'invalid request body: one prompt per request';
  const transfer = transferOf(decoded.value);
  if (typeof transfer === 'string') return transfer;
  const options = decoded.value['stream_options'];
  return { facts, includeUsage: isObject(options) && options['include_usage'] === true, transfer };
}

function refuse(response: ServerResponse, code: number, message: string): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: { message, type: 'invalid_request_error', code } }));
}
