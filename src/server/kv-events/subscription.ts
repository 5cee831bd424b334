/**
 * The KV events of one engine: a SUB socket that reconnects by itself, a look-out for gaps in the sequence, and the replay of what was
 * missed where the engine offers it. Batches are handed on in order. Source: router specification 4.2.
 */
import { performance } from 'node:perf_hooks';
import { Dealer, Subscriber } from 'zeromq';

/** What a subscription takes. */
export interface SubscriptionOptions {
  /** `tcp://host:port` of the engine's publisher. */
  readonly events: string;
  /** `tcp://host:port` of its replay socket; null: lost events stay lost. */
  readonly replay: string | null;
  readonly topicFilter: string;
  /** A batch, in order. */
  readonly batch: (topic: string, payload: Uint8Array) => void;
  /** `count` batches were missed; `recovered` of them were replayed. */
  readonly gap: (count: number, recovered: number) => void;
}

const RECONNECT_MS = 5000;
/** A replay ends when nothing more comes for this long, or in all. */
const REPLAY_IDLE_MS = 2000;
const REPLAY_TOTAL_MS = 120_000;
const REPLAY_COOLDOWN_MS = 30_000;
/** Sequence of the message that ends a replay: -1 in 8 bytes. */
const END_OF_REPLAY = 0xffff_ffff_ffff_ffffn;

export class Subscription {
  readonly #options: SubscriptionOptions;
  readonly #socket: Subscriber;
  #next: bigint | null = null;
  #lastReplayMs = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(options: SubscriptionOptions) {
    this.#options = options;
    this.#socket = new Subscriber({ reconnectInterval: RECONNECT_MS, linger: 0 });
    this.#socket.connect(options.events);
    this.#socket.subscribe(options.topicFilter);
    void this.#receive();
  }

  close(): void {
    this.#isClosed = true;
    this.#socket.close();
  }

  async #receive(): Promise<void> {
    for await (const [topic, sequence, payload] of this.#socket) {
      if (this.#isClosed) return;
      if (topic === undefined || sequence?.length !== 8 || payload === undefined) continue;
      await this.#take(topic.toString(), sequence.readBigUInt64BE(), payload);
    }
  }

  /** A sequence that begins again (the engine has restarted) is no gap. */
  async #take(topic: string, sequence: bigint, payload: Uint8Array): Promise<void> {
    const expected = this.#next;
    if (expected !== null && sequence > expected) {
      const missed = Number(sequence - expected);
      const recovered = await this.#replay(topic, expected, sequence);
      this.#options.gap(missed, recovered);
    }
    if (this.#isClosed) return;
    this.#next = sequence + 1n;
    this.#options.batch(topic, payload);
  }

  /** Asks for the batches in [from, to); returns how many came. */
  async #replay(topic: string, from: bigint, to: bigint): Promise<number> {
    const { replay } = this.#options;
    if (replay === null || performance.now() - this.#lastReplayMs < REPLAY_COOLDOWN_MS) return 0;
    this.#lastReplayMs = performance.now();
    const socket = new Dealer({ linger: 0, receiveTimeout: REPLAY_IDLE_MS });
    const untilMs = performance.now() + REPLAY_TOTAL_MS;
    let count = 0;
    try {
      socket.connect(replay);
      const start = Buffer.alloc(8);
      start.writeBigUInt64BE(from);
      await socket.send([Buffer.alloc(0), start]);
      while (performance.now() < untilMs && !this.#isClosed) {
        const frames = await socket.receive();
        // An empty delimiter, the sequence, the payload.
        const [sequence, payload] = frames.slice(-2);
        if (sequence?.length !== 8 || payload === undefined) break;
        const number = sequence.readBigUInt64BE();
        if (number === END_OF_REPLAY || number >= to) break;
        if (number < from) continue;
        this.#options.batch(topic, payload);
        count += 1;
      }
    } catch (error) {
      // No answer in time (EAGAIN): what has come so far is all there is.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    } finally {
      socket.close();
    }
    return count;
  }
}
