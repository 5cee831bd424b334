/**
 * The operators' port: metrics and what plugins hold, apart from the port that clients reach. Nothing here holds text of prompts
 * or credentials. Source: router specification 1.1, 7.2.
 */
import { createServer, type Server, type ServerResponse } from 'node:http';
import { plain } from './answers.ts';
import type { LiveRouter } from './live-router.ts';

/** Items of a list or map that are shown. */
const SHOWN_ITEMS = 100;
const TIMEOUT_MS = 10_000;

export class AdminServer {
  readonly #live: LiveRouter;
  readonly #server: Server;

  constructor(live: LiveRouter) {
    this.#live = live;
    const limits = { headersTimeout: TIMEOUT_MS, requestTimeout: TIMEOUT_MS };
    this.#server = createServer(limits, (message, response) => {
      message.resume();
      const path = (message.url ?? '/').replace(/[?#].*$/, '');
      if (message.method === 'GET' || message.method === 'HEAD') this.#get(path, response);
      else plain(response, 405, 'method not allowed', { allow: 'GET, HEAD' });
    });
  }

  /** Starts to listen; resolves with the port. */
  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        const address = this.#server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #get(path: string, response: ServerResponse): void {
    if (path === '/metrics') {
      plain(response, 200, this.#live.metricsText(), { 'content-type': 'text/plain; version=0.0.4' });
    } else if (path === '/debug/plugins/state') {
      const text = `${JSON.stringify(pluginState(this.#live), null, 2)}\n`;
      plain(response, 200, text, { 'content-type': 'application/json' });
    } else {
      plain(response, 404, `no such path: ${path}; there are /metrics and /debug/plugins/state`);
    }
  }
}

/** Every plugin with its type and what it holds, or that it does not tell. */
function pluginState(live: LiveRouter): Readonly<Record<string, unknown>> {
  const { router } = live.core;
  const plugins = router.plugins.map(({ name, type, instance }) => {
    if (instance.state === undefined) return [name, { type, message: 'holds nothing that it tells of' }];
    return [name, { type, state: shortened(instance.state()) }];
  });
  return {
    timestamp: new Date().toISOString(),
    plugins: Object.fromEntries(plugins),
    flowControl: shortened(router.flow),
  };
}

/** The same data with long lists and maps cut off. */
function shortened(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, SHOWN_ITEMS).map(shortened);
  if (value instanceof Map) return shortened(Object.fromEntries(value));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).slice(0, SHOWN_ITEMS);
  return Object.fromEntries(entries.map(([key, one]) => [key, shortened(one)]));
}
