/**
 * An engine that computes nothing: each request's first token and end come when the record says. A prefill leg ends at once,
 * and a decode leg loads nothing, since the record tells only what the client saw.
 */

import type { Engine, EngineObservation, EngineSink, Leg } from '../../engine/engine.ts';
import type { EngineSetup } from '../../engine/kind.ts';
import { EngineMeters } from '../../engine/meters.ts';
import { Stepper } from '../../engine/stepper.ts';
import { GRID_PER_US } from '../../kernel/kernel.ts';
import type { SimRequest } from '../../workload/request.ts';
import type { RecordedAnswer } from './recording.ts';

const NEVER = Number.POSITIVE_INFINITY;
const TICK_US = 1 / GRID_PER_US;

interface Playing {
  readonly request: SimRequest;
  readonly answer: RecordedAnswer | undefined;
  /** When its next event is due, µs. */
  dueUs: number;
}

export class RecordedEngine implements Engine {
  readonly kvBlocks: number;
  readonly blockSizeTokens: number;
  readonly pace = new Stepper({ ahead: false, fastForward: false });
  readonly meters = new EngineMeters();
  readonly #answers: ReadonlyMap<number, RecordedAnswer>;
  #arrived: { readonly request: SimRequest; readonly leg: Leg }[] = [];
  #prefills: SimRequest[] = [];
  #playing: Playing[] = [];

  constructor(setup: EngineSetup, answers: ReadonlyMap<number, RecordedAnswer>) {
    this.kvBlocks = setup.kvBlocks;
    this.blockSizeTokens = setup.blockSizeTokens;
    this.#answers = answers;
  }

  enqueue(request: SimRequest, leg: Leg): void {
    this.#arrived.push({ request, leg });
  }

  abort(request: SimRequest): boolean {
    const before = this.#arrived.length + this.#prefills.length + this.#playing.length;
    this.#arrived = this.#arrived.filter((one) => one.request !== request);
    this.#prefills = this.#prefills.filter((one) => one !== request);
    this.#playing = this.#playing.filter((one) => one.request !== request);
    return this.#arrived.length + this.#prefills.length + this.#playing.length < before;
  }

  remoteReady(): void {}

  release(): void {}

  begin(nowUs: number, sink: EngineSink): number {
    const arrived = this.#arrived;
    this.#arrived = [];
    for (const { request, leg } of arrived) this.#admit(request, leg, nowUs, sink);
    if (this.#prefills.length > 0) return nowUs + TICK_US;
    const dueUs = this.#playing.reduce((least, one) => Math.min(least, one.dueUs), NEVER);
    return dueUs === NEVER ? NEVER : Math.max(dueUs, nowUs);
  }

  #admit(request: SimRequest, leg: Leg, nowUs: number, sink: EngineSink): void {
    const answer = this.#answers.get(request.request.id);
    sink.admitted(request, answer?.usage.cachedTokens ?? 0, nowUs);
    if (leg === 'prefill') {
      this.#prefills.push(request);
      return;
    }
    if (leg === 'decode') sink.loadRemote(request, 0, nowUs);
    const firstUs = answer === undefined || answer.firstTokenUs < 0 ? NEVER : answer.firstTokenUs;
    this.#playing.push({ request, answer, dueUs: Math.min(firstUs, answer?.endUs ?? NEVER) });
  }

  end(nowUs: number, sink: EngineSink): void {
    const prefills = this.#prefills;
    this.#prefills = [];
    for (const request of prefills) sink.finished(request, nowUs);
    const due = this.#playing.filter((one) => one.dueUs <= nowUs);
    for (const one of due) {
      if (one.dueUs < one.answer!.endUs) {
        one.dueUs = one.answer!.endUs;
        sink.firstToken(one.request, nowUs);
        continue;
      }
      this.#playing = this.#playing.filter((other) => other !== one);
      if (one.answer!.completed) sink.finished(one.request, nowUs);
      else sink.refused(one.request, 'as recorded', nowUs);
    }
  }

  /** A newcomer is looked at without delay. */
  interrupt(nowUs: number): number {
    return nowUs;
  }

  observe(_nowUs: number, out: EngineObservation): void {
    out.waiting = this.#arrived.length;
    out.running = this.#playing.length + this.#prefills.length;
    out.kvUsage = 0;
  }
}
