/** Scrapes every endpoint's /metrics on one timer. A failed scrape is counted and leaves the last values as they are. */
import type { EndpointTable } from '../routing/endpoint.ts';
import type { Sample } from '../routing/sample.ts';
import { engineOf, sampleOf } from './engine-metrics.ts';
import { parseExposition } from './telemetry/prometheus.ts';
import type { Upstream } from './upstream/upstream.ts';
import type { AnswerSink, UpstreamCall } from './upstream/upstream-call.ts';

/** A poll takes no longer than this (router specification 1.8). */
const POLL_TIMEOUT_MS = 1000;
/** A metrics page of a large engine takes near 100 kB. */
const PAGE_LIMIT_BYTES = 8 * 1024 * 1024;

/** What a scraper needs. */
export interface ScraperOptions {
  readonly table: EndpointTable;
  readonly upstream: Upstream;
  readonly intervalMs: number;
  readonly scraped: (id: string, sample: Sample) => void;
  readonly failed: (id: string, error: Error) => void;
  /** A page came, but without what the engine should tell. */
  readonly unread?: (id: string) => void;
}

export class Scraper {
  readonly #options: ScraperOptions;
  readonly #busy = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ScraperOptions) {
    this.#options = options;
  }

  start(): void {
    this.poll();
    this.#timer = setInterval(() => this.poll(), this.#options.intervalMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Asks every endpoint that does not still owe an answer. */
  poll(): void {
    const { table } = this.#options;
    for (const row of table.rows) {
      const endpoint = table.endpoints[row]!;
      if (!this.#busy.has(endpoint.id))
        this.#scrape(endpoint.id, endpoint.address, engineOf(endpoint.labels));
    }
  }

  #scrape(id: string, address: string, engine: string): void {
    const { upstream, table, scraped, failed, unread } = this.#options;
    this.#busy.add(id);
    const scrape = new Scrape((error, text) => {
      this.#busy.delete(id);
      // The endpoint may have gone, or come back elsewhere, while the answer was on its way.
      const row = table.rowOf(id);
      if (row < 0 || table.endpoints[row]!.address !== address) return;
      if (error !== null) {
        failed(id, error);
        return;
      }
      const sample = sampleOf(engine, parseExposition(text));
      if (sample.waiting === undefined || sample.running === undefined) unread?.(id);
      scraped(id, sample);
    });
    scrape.call = upstream.send(address, REQUEST, scrape);
  }
}

const REQUEST = {
  method: 'GET',
  path: '/metrics',
  headers: [],
  body: null,
  idleTimeoutMs: POLL_TIMEOUT_MS,
};

/** One page on its way. */
class Scrape implements AnswerSink {
  readonly #done: (error: Error | null, text: string) => void;
  readonly #parts: Buffer[] = [];
  call: UpstreamCall | null = null;
  #bytes = 0;
  #status = 0;

  constructor(done: (error: Error | null, text: string) => void) {
    this.#done = done;
  }

  head(status: number): void {
    this.#status = status;
  }

  data(part: Buffer): void {
    this.#parts.push(part);
    this.#bytes += part.length;
    if (this.#bytes <= PAGE_LIMIT_BYTES) return;
    this.call?.destroy();
    this.failed(new Error('metrics page is too long'));
  }

  end(): void {
    const error = this.#status === 200 ? null : new Error(`status ${this.#status}`);
    this.#done(error, Buffer.concat(this.#parts).toString('utf8'));
  }

  failed(error: Error): void {
    this.#done(error, '');
  }
}
