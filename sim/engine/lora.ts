/**
 * LoRA adapters on one engine (engines.md 1.3 step 4c, 1.13): a batch holds at most `maxLoras` distinct adapters; a request
 * whose adapter would be one too many is passed over and blocks nobody. Adapters stay in their GPU slots until another one
 * needs the slot (least recently used first); one that is not there is copied from host memory, or read from disk first when
 * it is not there either, and the step that needs it lasts so much longer.
 *
 * SGLang reads adapters into host memory when it starts, and counts the base model as one of the batch.
 *
 * Not modelled: what the adapter kernels themselves add to a step.
 */

/** Adapters that the instances of a pool can load. */
export interface AdapterSetup {
  readonly names: readonly string[];
  /** Bytes of one adapter on one rank. */
  readonly bytes: number;
  readonly hostBytesPerUs: number;
  readonly diskBytesPerUs: number;
}

/** The adapters of one engine; names are those of requests. */
export class LoraSlots {
  readonly maxLoras: number;
  readonly #setup: AdapterSetup;
  readonly #known: ReadonlySet<string>;
  readonly #maxHost: number;
  /** Least recently used first. */
  readonly #gpu = new Set<string>();
  readonly #host = new Set<string>();
  /** Adapters of the batch being formed. */
  readonly #batch = new Set<string>();
  #loadUs = 0;

  /** The base model takes a place in the batch like an adapter (SGLang). */
  readonly #countsBase: boolean;

  constructor(setup: AdapterSetup, maxLoras: number, maxHost: number, countsBase = false) {
    this.#countsBase = countsBase;
    this.#setup = setup;
    this.#known = new Set(setup.names);
    this.maxLoras = maxLoras;
    this.#maxHost = Math.max(maxHost, maxLoras);
  }

  /** Whether the name is an adapter's; the base model's is not. */
  isAdapter(model: string): boolean {
    return this.#known.has(model);
  }

  /** A batch forms: these models run already. */
  open(running: Iterable<string>): void {
    this.#batch.clear();
    for (const model of running) if (this.#takesPlace(model)) this.#batch.add(model);
  }

  #takesPlace(model: string): boolean {
    return this.#countsBase || this.isAdapter(model);
  }

  /** Whether the batch can take a request for this model. */
  fits(model: string): boolean {
    return !this.#takesPlace(model) || this.#batch.has(model) || this.#batch.size < this.maxLoras;
  }

  /** A request for this model joins the batch. */
  join(model: string): void {
    if (!this.#takesPlace(model)) return;
    this.#batch.add(model);
    if (!this.#gpu.delete(model)) this.#load(model);
    this.#gpu.add(model);
  }

  /** Time that loads since the last call add to the step, µs. */
  takeLoadUs(): number {
    const us = this.#loadUs;
    this.#loadUs = 0;
    return us;
  }

  #load(model: string): void {
    const { bytes, hostBytesPerUs, diskBytesPerUs } = this.#setup;
    if (this.isAdapter(model)) {
      if (!this.#host.delete(model)) this.#loadUs += bytes / diskBytesPerUs;
      this.#host.add(model);
      evictOldest(this.#host, this.#maxHost, () => true);
      this.#loadUs += bytes / hostBytesPerUs;
    }
    evictOldest(this.#gpu, this.maxLoras - 1, (name) => !this.#batch.has(name));
  }
}

function evictOldest(names: Set<string>, most: number, mayGo: (name: string) => boolean): void {
  for (const name of names) {
    if (names.size <= most) return;
    if (mayGo(name)) names.delete(name);
  }
}
