/**
 * Workloads from distributions. An arrival starts either one request or a session, whose later turns follow the answers to
 * the earlier ones. Everything random about a start (class, prefix, all lengths, all think times) is drawn when it starts,
 * so start i is the same whatever the fleet and the router do.
 *
 * Content ids: shared prefixes and sessions (whose history is sent again) have ids from 0 up; content that no other request
 * holds has ids below zero, which tells engines that it can never be found again.
 */
import { IdMap } from '../../src/core/id-map.ts';
import type { Streams } from '../../src/core/rng.ts';
import { gridUs } from '../kernel/kernel.ts';
import type { LengthSpec, SyntheticSpec } from '../scenario/schema.ts';
import { type ArrivalProcess, createArrivals, ENDED, HELD } from './arrivals.ts';
import type { ArrivalBounds } from './bounds.ts';
import { realSampler, type Sampler, tokenSampler } from './dist/sampler.ts';
import { weightedSampler } from './dist/zipf.ts';
import { PrefixKeys, PromptContent } from './prompt-content.ts';
import type { SimRequest } from './request.ts';
import { type ClassVariant, type RequestClass, requestClasses } from './request-class.ts';
import { simulatedRequest } from './simulated-request.ts';
import type { Workload } from './workload.ts';

/**
 * A closed-loop client whose request was refused or failed waits at least this long before its next one, as a client that
 * heeds `Retry-After` would; without it a fleet that refuses at once would be asked for ever at one instant. 1 s.
 */
const RETRY_PAUSE_US = 1e6;

/** A session under way. Turn t sends everything before it, then `inputs[t]`; its answer has `outputs[t]` tokens. */
interface Session {
  readonly of: ClassVariant;
  /** Turns to play; fewer than drawn where the run's bound cuts the session short. */
  readonly turns: number;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Pause before turn t, µs. */
  readonly thinkUs: readonly number[];
  turn: number;
  /** History as content runs, the answer to turn `turn - 1` included. */
  readonly ids: number[];
  readonly lengths: number[];
}

/** Requests as a `synthetic` workload describes them. */
export class SyntheticWorkload implements Workload {
  readonly classes: readonly string[];
  readonly tenants: readonly string[];
  readonly #classes: readonly RequestClass[];
  readonly #pickClass: Sampler;
  readonly #arrivals: ArrivalProcess;
  readonly #bounds: ArrivalBounds;
  readonly #maxTokens: number;
  /** Pause of a closed-loop client between its requests, µs; -1 for open loops. */
  readonly #clientPauseUs: number;
  readonly #turns: Sampler | null;
  readonly #think: Sampler;
  readonly #sessions = new IdMap<Session>();
  /** Block keys by the content of a shared prefix. */
  readonly #prefixKeys = new IdMap<PrefixKeys>();
  #nextId = 0;
  /** Requests made or promised: all turns of a session count when it starts, so that the bound cuts alike for all fleets. */
  #planned = 0;
  #nextSession = 0;
  #nextContent: number;
  #nextSingleUse = -1;
  /** Starts whose requests have not all ended, and when the last of the others ended. */
  #unfinished = 0;
  #lastEndUs = 0;

  constructor(spec: SyntheticSpec, streams: Streams, bounds: ArrivalBounds, model: string) {
    const { classes, freeContent } = requestClasses(spec, streams, model);
    this.#classes = classes;
    this.classes = classes.map((c) => c.name);
    this.tenants = classes.map((c) => c.variants[0]!.traits.tenant);
    this.#nextContent = freeContent;
    this.#pickClass = weightedSampler(
      classes.map((c) => c.weight),
      streams.open('workload/class'),
    );
    this.#arrivals = createArrivals(spec.arrivals, streams.open('workload/arrivals'));
    this.#bounds = bounds;
    this.#maxTokens = spec.maxTokens ?? 0;
    this.#clientPauseUs = spec.arrivals.process === 'closedLoop' ? (spec.arrivals.thinkTimeS ?? 0) * 1e6 : -1;
    const { sessions } = spec;
    this.#turns =
      sessions === undefined
        ? null
        : tokenSampler(asDistribution(sessions.turns), streams.open('workload/turns'));
    this.#think = realSampler(asDistribution(sessions?.thinkTimeS ?? 0), streams.open('workload/think'));
  }

  get hasFollowUps(): boolean {
    return this.#sessions.size > 0 || (this.#clientPauseUs >= 0 && this.#unfinished > 0);
  }

  next(): SimRequest | null {
    if (this.#planned >= this.#bounds.requests) return null;
    const startUs = this.#arrivals.next(this.#unfinished, this.#lastEndUs);
    if (startUs === HELD || startUs === ENDED) return null;
    return this.#start(gridUs(startUs));
  }

  onFinished(request: SimRequest, completed: boolean, nowUs: number): SimRequest | null {
    const session = request.session < 0 ? undefined : this.#sessions.get(request.session);
    if (session !== undefined) {
      const next = completed ? this.#nextTurn(request.session, session, nowUs) : null;
      if (next !== null) return next;
      this.#sessions.delete(request.session);
    }
    this.#unfinished -= 1;
    this.#lastEndUs = nowUs;
    if (this.#clientPauseUs < 0 || this.#planned >= this.#bounds.requests) return null;
    const pauseUs = completed ? this.#clientPauseUs : Math.max(this.#clientPauseUs, RETRY_PAUSE_US);
    return this.#start(gridUs(nowUs + pauseUs));
  }

  #start(arrivalUs: number): SimRequest | null {
    if (arrivalUs > this.#bounds.untilUs) return null;
    this.#unfinished += 1;
    const of = this.#classes[this.#pickClass()]!;
    const variant = of.variants[of.variant === null ? 0 : of.variant()]!;
    const group = of.prefixes === null ? -1 : of.prefixes.group();
    if (this.#turns !== null) return this.#startSession(of, variant, group, arrivalUs);
    this.#planned += 1;
    const input = of.input();
    const content = this.#nextSingleUse;
    this.#nextSingleUse -= 2;
    const { prefixes } = of;
    const { keySeed } = variant.traits;
    const prefix = variant.firstContent + group;
    const prompt =
      prefixes === null
        ? new PromptContent([content], [input], input, keySeed)
        : new PromptContent(
            [prefix, content],
            [prefixes.tokens, input],
            prefixes.tokens + input,
            keySeed,
            this.#keysOf(prefix, prefixes.tokens, keySeed),
          );
    return this.#request(variant, prompt, of.output(), content - 1, -1, arrivalUs);
  }

  #keysOf(prefix: number, tokens: number, keySeed: number): PrefixKeys {
    let keys = this.#prefixKeys.get(prefix);
    if (keys === undefined) {
      keys = new PrefixKeys(prefix, tokens, keySeed);
      this.#prefixKeys.set(prefix, keys);
    }
    return keys;
  }

  #startSession(of: RequestClass, variant: ClassVariant, group: number, arrivalUs: number): SimRequest {
    const turns = this.#turns!();
    const draw = (sampler: Sampler): number[] => Array.from({ length: turns }, sampler);
    const session: Session = {
      of: variant,
      turns: Math.min(turns, this.#bounds.requests - this.#planned),
      inputs: draw(of.input),
      outputs: draw(of.output),
      thinkUs: draw(this.#think).map((s) => s * 1e6),
      turn: 0,
      ids: of.prefixes === null ? [] : [variant.firstContent + group],
      lengths: of.prefixes === null ? [] : [of.prefixes.tokens],
    };
    this.#planned += session.turns;
    const number = this.#nextSession++;
    this.#sessions.set(number, session);
    return this.#turn(number, session, arrivalUs);
  }

  #nextTurn(number: number, session: Session, nowUs: number): SimRequest | null {
    if (session.turn === session.turns) return null;
    const arrivalUs = gridUs(nowUs + session.thinkUs[session.turn]!);
    return arrivalUs > this.#bounds.untilUs ? null : this.#turn(number, session, arrivalUs);
  }

  #turn(number: number, session: Session, arrivalUs: number): SimRequest {
    const { of, ids, lengths } = session;
    ids.push(this.#nextContent++);
    lengths.push(session.inputs[session.turn]!);
    const tokens = lengths.reduce((sum, n) => sum + n, 0);
    const prompt = new PromptContent(ids.slice(), lengths.slice(), tokens, of.traits.keySeed);
    const answer = this.#nextContent++;
    const request = this.#request(of, prompt, session.outputs[session.turn]!, answer, number, arrivalUs);
    ids.push(answer);
    lengths.push(request.outputTokens);
    session.turn += 1;
    return request;
  }

  #request(
    of: ClassVariant,
    prompt: PromptContent,
    wantedTokens: number,
    outputContentId: number,
    session: number,
    arrivalUs: number,
  ): SimRequest {
    const limit = this.#maxTokens;
    const outputTokens = limit > 0 ? Math.min(limit, wantedTokens) : wantedTokens;
    const maxTokens = limit > 0 ? limit : outputTokens;
    const id = this.#nextId++;
    return simulatedRequest(
      { id, arrivalUs, prompt, outputTokens, maxTokens, outputContentId, session },
      of.traits,
    );
  }
}

function asDistribution(value: number | LengthSpec): LengthSpec {
  return typeof value === 'number' ? { dist: 'constant', value } : value;
}
