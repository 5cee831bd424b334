/**
 * A workload as a fleet with a perfect prefix cache would see it: of each prompt only what no earlier request has held is
 * left to compute. What earlier ones held is found by content, run by run from the start of the prompt; outputs count as
 * held once their request has ended. At least one token of each prompt is left.
 */
import { PromptContent } from './prompt-content.ts';
import type { SimRequest } from './request.ts';
import type { RoutedRequest } from './simulated-request.ts';
import type { Workload } from './workload.ts';

export class PerfectCache implements Workload {
  readonly #inner: Workload;
  /** Longest part of each content that a request has held, tokens. Single-use content is not kept. */
  readonly #held = new Map<number, number>();
  /** Requests in flight as the inner workload knows them. */
  readonly #whole = new Map<number, SimRequest>();

  constructor(inner: Workload) {
    this.#inner = inner;
  }

  get hasFollowUps(): boolean {
    return this.#inner.hasFollowUps;
  }

  get classes(): readonly string[] {
    return this.#inner.classes;
  }

  get notes(): readonly string[] {
    return this.#inner.notes ?? [];
  }

  next(): SimRequest | null {
    return this.#trimmed(this.#inner.next());
  }

  onFinished(request: SimRequest, completed: boolean, nowUs: number): SimRequest | null {
    const { id } = request.request;
    const whole = this.#whole.get(id)!;
    this.#whole.delete(id);
    if (completed) this.#hold(whole.outputContentId, whole.outputTokens);
    return this.#trimmed(this.#inner.onFinished(whole, completed, nowUs));
  }

  #trimmed(whole: SimRequest | null): SimRequest | null {
    if (whole === null) return null;
    const { id } = whole.request;
    this.#whole.set(id, whole);
    const tokens = Math.max(1, whole.promptTokens - this.#hitTokens(whole));
    const seed = (whole.prompt as PromptContent).seed;
    const prompt = new PromptContent([-1 - id], [tokens], tokens, seed);
    return {
      ...whole,
      prompt,
      promptTokens: tokens,
      request: (whole.request as RoutedRequest).withPrompt(prompt),
    };
  }

  /** Prompt tokens from the start that were held before; what the prompt holds is held from now on. */
  #hitTokens({ prompt: { ids, lengths } }: SimRequest): number {
    let hit = 0;
    let isChain = true;
    for (let i = 0; i < ids.length; i++) {
      const [content, length] = [ids[i]!, lengths[i]!];
      const held = Math.min(length, this.#held.get(content) ?? 0);
      if (isChain) hit += held;
      isChain &&= held === length;
      this.#hold(content, length);
    }
    return hit;
  }

  #hold(content: number, tokens: number): void {
    if (content >= 0 && tokens > (this.#held.get(content) ?? 0)) this.#held.set(content, tokens);
  }
}
