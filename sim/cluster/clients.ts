/** What the clients of a run do when an answer is late or lost: they hang up, or send the request again. */
import { gridUs, type Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phases.ts';
import type { SimRequest } from '../workload/request.ts';
import { type ClientBehaviour, PATIENT } from './parts.ts';

/** Codes of the kernel events that stand for what clients do; their argument is the request's id. */
export interface ClientCodes {
  readonly timeout: number;
  readonly cancel: number;
  readonly again: number;
}

/** The clients of a run. */
export class Clients {
  /** Attempts that were lost and sent again. */
  retries = 0;
  readonly #behaviour: ClientBehaviour;
  readonly #kernel: Kernel;
  readonly #target: number;
  readonly #codes: ClientCodes;

  constructor(behaviour: ClientBehaviour | undefined, kernel: Kernel, target: number, codes: ClientCodes) {
    this.#behaviour = behaviour ?? PATIENT;
    this.#kernel = kernel;
    this.#target = target;
    this.#codes = codes;
  }

  /** A request has been sent: when its client will hang up. */
  sent(id: number, nowUs: number): void {
    const { timeoutUs, patienceUs } = this.#behaviour;
    if (timeoutUs !== Number.POSITIVE_INFINITY) {
      this.#kernel.at(gridUs(nowUs + timeoutUs), PHASE.timeout, this.#target, this.#codes.timeout, id);
    }
    const staysUs = patienceUs?.(id) ?? Number.POSITIVE_INFINITY;
    if (staysUs < timeoutUs) {
      this.#kernel.at(gridUs(nowUs + staysUs), PHASE.timeout, this.#target, this.#codes.cancel, id);
    }
  }

  /** Sends a request again whose attempt was lost; false when its client gives up. */
  sendAgain(request: SimRequest, nowUs: number): boolean {
    const { retries, backoffUs } = this.#behaviour;
    if (request.course.attempts >= retries) return false;
    const atUs = gridUs(nowUs + backoffUs);
    request.course.restart(atUs);
    this.retries += 1;
    this.#kernel.at(atUs, PHASE.arrival, this.#target, this.#codes.again, request.request.id);
    return true;
  }
}
