/**
 * An emulated engine's KV events over ZeroMQ as vLLM publishes them: topic, sequence, msgpack batch; a replay socket gives the last
 * batches again. Source: router specification 4.2.
 */
import { encode } from '@msgpack/msgpack';
import { Publisher, Router } from 'zeromq';
import type { CacheEvent } from '../../emulate/cache-events.ts';

/** vLLM's `buffer_steps`. */
const KEPT_BATCHES = 10_000;
const END_OF_REPLAY = Buffer.alloc(8, 0xff);

export class KvEventPublisher {
  readonly #socket = new Publisher({ linger: 0 });
  readonly #replay = new Router({ linger: 0 });
  readonly #topic: string;
  readonly #blockSizeTokens: number;
  readonly #kept: { sequence: bigint; payload: Buffer }[] = [];
  #sequence = 0n;
  /** Messages go out one after another. */
  #sent: Promise<void> = Promise.resolve();

  constructor(topic: string, blockSizeTokens: number) {
    this.#topic = topic;
    this.#blockSizeTokens = blockSizeTokens;
  }

  /** Binds both sockets on loopback; resolves with their ports. */
  async listen(): Promise<{ events: number; replay: number }> {
    await this.#socket.bind('tcp://127.0.0.1:*');
    await this.#replay.bind('tcp://127.0.0.1:*');
    void this.#answerReplays();
    return { events: portOf(this.#socket.lastEndpoint), replay: portOf(this.#replay.lastEndpoint) };
  }

  /** Publishes a batch; `timeS` is the engine's. */
  publish(events: readonly CacheEvent[], timeS: number): void {
    if (events.length === 0) return;
    const batch = [timeS, events.map((event) => this.#wire(event)), null];
    const payload = Buffer.from(encode(batch, { useBigInt64: true }));
    const sequence = this.#sequence++;
    this.#kept.push({ sequence, payload });
    if (this.#kept.length > KEPT_BATCHES) this.#kept.shift();
    this.#sent = this.#sent.then(() => this.#socket.send([this.#topic, bytes(sequence), payload]));
  }

  async close(): Promise<void> {
    await this.#sent;
    this.#socket.close();
    this.#replay.close();
  }

  #wire(event: CacheEvent): unknown[] {
    const hashes = event.hashes.map(BigInt);
    if (event.kind === 'removed') return ['BlockRemoved', hashes, 'GPU'];
    const parent = event.parent === null ? null : BigInt(event.parent);
    return ['BlockStored', hashes, parent, event.tokens, this.#blockSizeTokens, null, 'GPU'];
  }

  async #answerReplays(): Promise<void> {
    for await (const [client, , start] of this.#replay) {
      if (client === undefined || start?.length !== 8) continue;
      const from = start.readBigUInt64BE();
      for (const { sequence, payload } of this.#kept) {
        if (sequence >= from) await this.#replay.send([client, '', bytes(sequence), payload]);
      }
      await this.#replay.send([client, '', END_OF_REPLAY, '']);
    }
  }
}

function bytes(sequence: bigint): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64BE(sequence);
  return buffer;
}

function portOf(endpoint: string | null): number {
  return Number((endpoint ?? '').split(':').at(-1));
}
