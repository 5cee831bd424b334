/** The KV fabric of an emulated fleet on the wall clock. */
import { type Held, KvFabric } from '../../emulate/kv-fabric.ts';
import { Alarm, type WallClock } from './wall-clock.ts';

/** vLLM gives up a prefill leg's blocks that nobody pulls after this time (VLLM_NIXL_ABORT_REQUEST_TIMEOUT), µs. */
const LEASE_US = 480e6;

export class LiveFabric {
  readonly #fabric = new KvFabric(LEASE_US);
  readonly #clock: WallClock;
  readonly #alarm: Alarm;

  constructor(clock: WallClock) {
    this.#clock = clock;
    this.#alarm = new Alarm(clock);
  }

  /** A link of `bytesPerUs`; its number. */
  addLink(bytesPerUs: number): number {
    return this.#fabric.network.addLink(bytesPerUs);
  }

  hold(name: string, held: Held): void {
    this.#fabric.hold(name, held, this.#clock.nowUs());
    this.#run();
  }

  /** See `KvFabric.pull`. */
  pull(name: string, tokens: number, ingress: number, baseUs: number, done: () => void): boolean {
    const isHeld = this.#fabric.pull(name, tokens, ingress, baseUs, this.#clock.nowUs(), done);
    this.#run();
    return isHeld;
  }

  close(): void {
    this.#alarm.clear();
  }

  #run(): void {
    this.#alarm.set(this.#fabric.advance(this.#clock.nowUs()), () => this.#run());
  }
}
