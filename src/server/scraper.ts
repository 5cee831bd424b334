/** Scrapes every endpoint's /metrics on one timer. A failed scrape is counted and leaves the last values as they are. */
import type { EndpointTable } from '../routing/endpoint.ts';
import type { Sample } from '../routing/sample.ts';
import { engineOf, sampleOf } from './engine-metrics.ts';
import { parseExposition } from './telemetry/prometheus.ts';
import type { Upstream } from './upstream.ts';

/** A poll takes no longer than this (router specification 1.8). */
const POLL_TIMEOUT_MS = 1000;
/** A metrics page of a large engine takes near 100 kB. */
const PAGE_LIMIT_CHARS = 8 * 1024 * 1024;

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
    let isOver = false;
    const done = (error: Error | null, text: string): void => {
      if (isOver) return;
      isOver = true;
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
    };
    const request = upstream.request(address, {
      method: 'GET',
      path: '/metrics',
      timeoutMs: POLL_TIMEOUT_MS,
    });
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > PAGE_LIMIT_CHARS) request.destroy(new Error('metrics page is too long'));
      });
      response.on('end', () => {
        done(response.statusCode === 200 ? null : new Error(`status ${response.statusCode}`), text);
      });
      response.on('error', (error) => done(error, ''));
    });
    request.on('timeout', () => request.destroy(new Error('timeout')));
    request.on('error', (error) => done(error, ''));
    request.end();
  }
}
