/** Sums by label set, shown as a gauge in place of what it showed before. */
import type { Registry } from './prometheus.ts';

type Labels = Readonly<Record<string, string>>;

export class Counts {
  readonly #sums = new Map<string, { readonly labels: Labels; sum: number }>();

  add(labels: Labels, by: number): void {
    const key = JSON.stringify(labels);
    const entry = this.#sums.get(key);
    if (entry === undefined) this.#sums.set(key, { labels, sum: by });
    else entry.sum += by;
  }

  show(registry: Registry, name: string): void {
    registry.clear(name);
    for (const { labels, sum } of this.#sums.values()) registry.set(name, labels, sum);
  }
}
