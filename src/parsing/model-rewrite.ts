/**
 * InferenceModelRewrite: which model a request is served by. A rule that names the incoming model beats one that matches all; then the
 * older resource, then the first rule. Source: router specification 1.3, step 5a.
 */
import type { Rng } from '../core/rng.ts';

/** A model that a rule sends to. */
export interface RewriteTarget {
  readonly model: string;
  /** Share among the targets; null on all of them: even shares. Beside weights, null is never chosen. */
  readonly weight: number | null;
}

/** A rule of a rewrite. */
export interface RewriteRule {
  /** Incoming models; empty: all. */
  readonly models: readonly string[];
  readonly targets: readonly RewriteTarget[];
}

/** An InferenceModelRewrite resource. */
export interface ModelRewrite {
  readonly name: string;
  /** ISO 8601; older resources come first. */
  readonly createdAt: string;
  readonly rules: readonly RewriteRule[];
}

/** Hears which resource sent which model where. */
export type RewriteListener = (name: string, incoming: string, target: string) => void;

interface NamedRule extends RewriteRule {
  readonly name: string;
}

/** The rewrites in force. */
export class ModelRewrites {
  readonly #rng: Rng;
  readonly #decided: RewriteListener | undefined;
  #rules: readonly NamedRule[] = [];

  /** `rng` draws among weighted targets; `decided` hears of every request that a rule has matched. */
  constructor(rng: Rng, decided?: RewriteListener) {
    this.#rng = rng;
    this.#decided = decided;
  }

  /** Replaces all rewrites. */
  set(rewrites: readonly ModelRewrite[]): void {
    const age = (a: ModelRewrite, b: ModelRewrite): number =>
      compare(a.createdAt, b.createdAt) || compare(a.name, b.name);
    this.#rules = [...rewrites]
      .sort(age)
      .flatMap(({ name, rules }) => rules.map((rule) => ({ name, ...rule })));
  }

  /** Model to serve `incoming` by; null when no rule matches, '' when the matching rule has no target. */
  target(incoming: string): string | null {
    const rule =
      this.#rules.find(({ models }) => models.includes(incoming)) ??
      this.#rules.find(({ models }) => models.length === 0);
    if (rule === undefined) return null;
    const target = this.#pick(rule.targets);
    this.#decided?.(rule.name, incoming, target);
    return target;
  }

  #pick(targets: readonly RewriteTarget[]): string {
    if (targets.length <= 1) return targets[0]?.model ?? '';
    const isEven = targets.every(({ weight }) => weight === null);
    const share = ({ weight }: RewriteTarget): number => (isEven ? 1 : (weight ?? 0));
    let left = this.#rng.unit() * targets.reduce((sum, target) => sum + share(target), 0);
    for (const target of targets) {
      left -= share(target);
      if (left < 0) return target.model;
    }
    return targets.at(-1)!.model;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
