/**
 * Program-aware fairness: least attained service (LAS) between the flows of a band, a flow being one program
 * or tenant. Service is prompt + 2 x output tokens of its finished requests, halved every half-life, summed
 * over all bands. Score of a flow with waiting work = serviceWeight * (1 - service) + headWaitWeight * wait
 * of its head, both min-max normalised over the flows that compete; the highest score goes next, the least id
 * on ties.
 *
 * Example: services 0 and 300, head waits 10 ms and 30 ms: scores 0.8 * 1 + 0.2 * 0 = 0.8 and 0.8 * 0 + 0.2 *
 * 1 = 0.2, so the first goes next.
 */
import { assert } from '../../core/check.ts';
import type { ResponseUsage } from '../../routing/contract.ts';
import type { FlowQueue } from '../flow-queue.ts';
import type { FairnessPolicy, FlowPicker } from '../policy.ts';

/** Parameters of the policy, as in the configuration file. */
export interface ProgramAwareParameters {
  readonly lasWeightService: number;
  readonly lasWeightHeadWait: number;
  /** Half-life of attained service; 0: service never decays. */
  readonly lasHalfLifeSeconds: number;
  /** A program without a completion for this long is forgotten. */
  readonly evictionTtlSeconds: number;
  readonly evictionSweepSeconds: number;
}

/** An output token costs twice a prompt token (upstream's weights). */
const OUTPUT_TOKEN_WEIGHT = 2;

interface Program {
  /** Weighted tokens as of `asOfUs`. */
  service: number;
  asOfUs: number;
  inFlight: number;
  lastFinishedUs: number;
  /** Requests dispatched so far, and what they had waited in sum, µs. */
  dispatched: number;
  waitedUs: number;
}

/** A program as the policy sees it. */
export interface ProgramFigures {
  readonly id: string;
  /** Weighted tokens after decay. */
  readonly service: number;
  /** Mean of its dispatched requests. */
  readonly meanWaitUs: number;
}

/** LAS over fairness ids. Told of dispatches and completions by whoever hosts it. */
export class ProgramAwareFairness implements FairnessPolicy {
  readonly #parameters: ProgramAwareParameters;
  readonly #programs = new Map<string, Program>();
  #nextSweepUs = Number.NEGATIVE_INFINITY;

  constructor(parameters: ProgramAwareParameters) {
    this.#parameters = parameters;
  }

  openPicker(): FlowPicker {
    return { pick: (flows, nowUs) => this.#pick(flows, nowUs) };
  }

  /** Programs that are remembered, in the order in which they came. */
  programs(nowUs: number): ProgramFigures[] {
    return [...this.#programs].map(([id, program]) => ({
      id,
      service: this.#decayed(program, nowUs),
      meanWaitUs: program.waitedUs / program.dispatched,
    }));
  }

  /** A request of the program has been dispatched after so long a wait. */
  dispatched(programId: string, nowUs: number, waitedUs = 0): void {
    this.#sweep(nowUs);
    let program = this.#programs.get(programId);
    if (program === undefined) {
      program = { service: 0, asOfUs: nowUs, inFlight: 0, lastFinishedUs: nowUs, dispatched: 0, waitedUs: 0 };
      this.#programs.set(programId, program);
    }
    program.inFlight += 1;
    program.dispatched += 1;
    program.waitedUs += waitedUs;
  }

  /** A dispatched request has ended; its tokens are charged to the program. */
  finished(programId: string, usage: ResponseUsage, nowUs: number): void {
    const program = this.#programs.get(programId);
    assert(program !== undefined && program.inFlight > 0, `program ${programId} has nothing in flight`);
    program.inFlight -= 1;
    program.service = this.#decayed(program, nowUs);
    program.service += usage.promptTokens + OUTPUT_TOKEN_WEIGHT * usage.outputTokens;
    program.asOfUs = nowUs;
    program.lastFinishedUs = nowUs;
  }

  /** Attained service of a program, weighted tokens after decay; 0 for an unknown one. */
  attainedService(programId: string, nowUs: number): number {
    const program = this.#programs.get(programId);
    return program === undefined ? 0 : this.#decayed(program, nowUs);
  }

  #decayed(program: Program, nowUs: number): number {
    const halfLifeUs = this.#parameters.lasHalfLifeSeconds * 1e6;
    return halfLifeUs > 0 ? program.service * 2 ** (-(nowUs - program.asOfUs) / halfLifeUs) : program.service;
  }

  #pick(flows: readonly FlowQueue[], nowUs: number): FlowQueue {
    if (flows.length === 1) return flows[0]!;
    const services = flows.map((flow) => this.attainedService(flow.id, nowUs));
    const waits = flows.map((flow) => nowUs - flow.head()!.enqueuedUs);
    const serviceOf = minMax(services);
    const waitOf = minMax(waits);
    const { lasWeightService, lasWeightHeadWait } = this.#parameters;
    let best = 0;
    let bestScore = Number.NEGATIVE_INFINITY;
    for (let index = 0; index < flows.length; index++) {
      const score =
        lasWeightService * (1 - serviceOf(services[index]!)) + lasWeightHeadWait * waitOf(waits[index]!);
      if (score > bestScore) {
        best = index;
        bestScore = score;
      }
    }
    return flows[best]!;
  }

  /** Forgets idle programs; whether one is forgotten does not depend on the order of the walk. */
  #sweep(nowUs: number): void {
    if (nowUs < this.#nextSweepUs) return;
    this.#nextSweepUs = nowUs + this.#parameters.evictionSweepSeconds * 1e6;
    const ttlUs = this.#parameters.evictionTtlSeconds * 1e6;
    for (const [id, program] of this.#programs) {
      if (program.inFlight === 0 && nowUs - program.lastFinishedUs >= ttlUs) this.#programs.delete(id);
    }
  }
}

/** Jain's fairness index of shares, 1/n..1; 1 when nobody has any. */
export function jainsIndex(shares: readonly number[]): number {
  const sum = shares.reduce((total, share) => total + share, 0);
  const squares = shares.reduce((total, share) => total + share * share, 0);
  return squares === 0 ? 1 : (sum * sum) / (shares.length * squares);
}

/** Min-max normaliser over `values`; all equal: 0.5 for each. */
function minMax(values: readonly number[]): (value: number) => number {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return (value) => (high > low ? (value - low) / (high - low) : 0.5);
}
