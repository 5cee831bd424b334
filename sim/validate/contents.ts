/**
 * Prompt contents of a case's requests: all new, or cycling through a number of distinct prompts in groups
 * that share their beginning. Shared ids count up from 0. Prompts used once count up from 2^40: an engine
 * that preempts a request finds its blocks again, which ids below zero would rule out.
 */
import type { CasePrefixes } from './case.ts';
import type { PlannedRequest } from './case-workload.ts';

/** First content id of prompts that are used once. */
export const FIRST_SINGLE = 2 ** 40;

/**
 * Makes prompts; request numbers count through the whole case or start again with each stage, as the caller
 * says.
 */
export class PromptMaker {
  readonly #groups: number;
  readonly #perGroup: number;
  readonly #sharedTokens: number;
  #nextSingleUse = FIRST_SINGLE;

  constructor(prefixes: CasePrefixes | null | undefined) {
    this.#groups = prefixes?.groups_effective ?? prefixes?.groups ?? 0;
    this.#perGroup = prefixes?.prompts_per_group_effective ?? prefixes?.prompts_per_group ?? 0;
    this.#sharedTokens = prefixes?.system_prompt_len ?? 0;
  }

  /** Prompt of request `number`. */
  make(number: number, inputTokens: number, outputTokens: number): PlannedRequest {
    if (this.#groups === 0) return this.single(inputTokens, outputTokens);
    const shared = Math.min(this.#sharedTokens, inputTokens);
    const distinct = this.#groups * Math.max(1, this.#perGroup);
    const prompt = number % distinct;
    const group = prompt % this.#groups;
    const own = this.#perGroup > 0 ? this.#groups + prompt : this.#single();
    return { contentIds: [group, own], lengths: [shared, inputTokens - shared], outputTokens };
  }

  /** A prompt that shares nothing. */
  single(inputTokens: number, outputTokens: number): PlannedRequest {
    return { contentIds: [this.#single()], lengths: [inputTokens], outputTokens };
  }

  #single(): number {
    const id = this.#nextSingleUse;
    this.#nextSingleUse += 1;
    return id;
  }
}
