/**
 * Kept connections that nobody uses, by address: the one freed last is taken first, and what is not taken for a while is closed before
 * the server does it.
 */
import { performance } from 'node:perf_hooks';
import type { Connection } from './connection.ts';

/** Servers of Python's uvicorn, which most engines have, close after 5 s. */
const KEPT_MS = 4000;
/** A server's own word is not taken to its last second: our request might cross its closing. */
const MARGIN_MS = 1000;
const PER_ADDRESS = 256;
const SWEEP_MS = 500;

export class FreeConnections {
  readonly #byAddress = new Map<string, Connection[]>();
  #timer: NodeJS.Timeout | undefined;

  take(address: string): Connection | null {
    return this.#byAddress.get(address)?.pop() ?? null;
  }

  add(connection: Connection): void {
    let free = this.#byAddress.get(connection.address);
    if (free === undefined) {
      free = [];
      this.#byAddress.set(connection.address, free);
    }
    if (free.length >= PER_ADDRESS || connection.keptMs <= MARGIN_MS) {
      connection.destroy();
      return;
    }
    connection.freeSinceMs = performance.now();
    free.push(connection);
    this.#timer ??= setInterval(() => this.#sweep(), SWEEP_MS);
  }

  delete(connection: Connection): void {
    const free = this.#byAddress.get(connection.address);
    const at = free?.indexOf(connection) ?? -1;
    if (at >= 0) free!.splice(at, 1);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#byAddress.clear();
  }

  #sweep(): void {
    const nowMs = performance.now();
    for (const [address, free] of this.#byAddress) {
      for (const connection of [...free]) {
        const { freeSinceMs, keptMs } = connection;
        if (nowMs - freeSinceMs > Math.min(KEPT_MS, keptMs - MARGIN_MS)) connection.destroy();
      }
      if (free.length === 0) this.#byAddress.delete(address);
    }
    if (this.#byAddress.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
