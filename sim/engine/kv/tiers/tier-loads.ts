/** Sequences of one engine that wait outside of its queue until what tiers hold of them is there. */
import type { SimRequest } from '../../../workload/request.ts';
import type { Sequence } from '../../sequence.ts';
import type { KvTiers } from './kv-tiers.ts';

/** Loads from tiers; without tiers every question is answered with nothing. */
export class TierLoads<Leaf> {
  #tiers: KvTiers | null = null;
  readonly #loading: Sequence<Leaf>[] = [];

  connect(tiers: KvTiers): void {
    this.#tiers = tiers;
  }

  /** Sequences whose load is under way. */
  get count(): number {
    return this.#loading.length;
  }

  /** Token up to which tiers hold a sequence beyond `hit` tokens that the engine has itself. */
  reach(sequence: Sequence<Leaf>, hit: number): number {
    if (this.#tiers === null) return hit;
    return this.#tiers.lookup(sequence.request, sequence.generated, hit, sequence.goal - 1);
  }

  /** The sequence leaves the queue for the load that the last `reach` found, up to `tokens`. */
  start(sequence: Sequence<Leaf>, tokens: number, nowUs: number): void {
    sequence.state = 'loadingRemote';
    sequence.remoteTokens = tokens;
    sequence.remoteDone = false;
    this.#loading.push(sequence);
    this.#tiers!.load(sequence.request, nowUs, !sequence.admittedBefore);
    sequence.admittedBefore = true;
  }

  /** A load is through; false when it is of nobody here. */
  arrived(request: SimRequest): boolean {
    const sequence = this.#loading.find((s) => s.request === request);
    if (sequence === undefined) return false;
    sequence.remoteDone = true;
    return true;
  }

  /** Takes out the next sequence whose load is through, in order of their start. */
  takeLoaded(): Sequence<Leaf> | undefined {
    const index = this.#loading.findIndex((s) => s.remoteDone);
    return index < 0 ? undefined : this.#loading.splice(index, 1)[0];
  }

  find(request: SimRequest): Sequence<Leaf> | undefined {
    return this.#loading.find((s) => s.request === request);
  }

  /** The request is gone. */
  cancel(sequence: Sequence<Leaf>, nowUs: number): void {
    const index = this.#loading.indexOf(sequence);
    if (index < 0) return;
    this.#loading.splice(index, 1);
    this.#tiers!.cancel(sequence.request, nowUs);
  }

  /** What has been computed of a sequence may be written to tiers. */
  store(sequence: Sequence<Leaf>, nowUs: number): void {
    this.#tiers?.store(sequence.request, sequence.generated, sequence.computed, nowUs);
  }
}
