/**
 * KV events of a fleet on their way into the live router: one subscription for each endpoint (or one bound socket for all), kept in
 * step with the endpoint table. Without a precise producer in the configuration there is nothing to feed, and no socket.
 */
import { Subscriber } from 'zeromq';
import type { KvEvent } from '../../prefix/kv-events.ts';
import type { Endpoint, EndpointTable } from '../../routing/endpoint.ts';
import type { EventParameters } from '../../routing/producers/precise-prefix.ts';
import { decodeEvents } from './decode.ts';
import { EVENTS_PORT_LABEL, REPLAY_PORT_LABEL } from './labels.ts';
import { Subscription } from './subscription.ts';

/** What a feed takes. */
export interface KvEventFeedOptions {
  readonly table: EndpointTable;
  readonly parameters: EventParameters;
  readonly events: (id: string, model: string, events: readonly KvEvent[]) => void;
  /** Batches lost and won back, and batches that could not be read. */
  readonly counted: (what: 'missed' | 'replayed' | 'malformed', count: number) => void;
}

interface Subscribed {
  readonly endpoint: Endpoint;
  readonly subscription: Subscription;
}

export class KvEventFeed {
  readonly #options: KvEventFeedOptions;
  readonly #subscribed = new Map<string, Subscribed>();
  #bound: Subscriber | null = null;

  constructor(options: KvEventFeedOptions) {
    this.#options = options;
  }

  /** Binds the common socket, if the configuration names one. */
  async start(): Promise<void> {
    const { zmqEndpoint, topicFilter } = this.#options.parameters;
    if (zmqEndpoint === '') return;
    this.#bound = new Subscriber({ linger: 0 });
    await this.#bound.bind(zmqEndpoint.replace('://*', '://0.0.0.0'));
    this.#bound.subscribe(topicFilter);
    void this.#receive(this.#bound);
  }

  /** Subscribes to what has come into the table and leaves what has gone. */
  sync(): void {
    const { table, parameters } = this.#options;
    if (!parameters.discoverPods) return;
    for (const [id, { endpoint, subscription }] of this.#subscribed) {
      const row = table.rowOf(id);
      if (row >= 0 && table.endpoints[row] === endpoint) continue;
      subscription.close();
      this.#subscribed.delete(id);
    }
    for (const row of table.rows) {
      const endpoint = table.endpoints[row]!;
      if (!this.#subscribed.has(endpoint.id)) this.#subscribe(endpoint);
    }
  }

  /** Sockets that listen. */
  get subscribers(): number {
    return this.#subscribed.size + (this.#bound === null ? 0 : 1);
  }

  close(): void {
    for (const { subscription } of this.#subscribed.values()) subscription.close();
    this.#subscribed.clear();
    this.#bound?.close();
  }

  #subscribe(endpoint: Endpoint): void {
    const { parameters, counted } = this.#options;
    const host = endpoint.address.slice(0, endpoint.address.lastIndexOf(':'));
    const port = endpoint.labels[EVENTS_PORT_LABEL] ?? parameters.socketPort;
    const replayPort = Number(endpoint.labels[REPLAY_PORT_LABEL] ?? parameters.replaySocketPort);
    const subscription = new Subscription({
      events: `tcp://${host}:${port}`,
      replay: replayPort === 0 ? null : `tcp://${host}:${replayPort}`,
      topicFilter: parameters.topicFilter,
      batch: (topic, payload) => this.#take(endpoint.id, topic, payload),
      gap: (missed, replayed) => {
        counted('missed', missed);
        counted('replayed', replayed);
      },
    });
    this.#subscribed.set(endpoint.id, { endpoint, subscription });
  }

  /** Engines on the common socket are told apart by their topic: `kv@<address or id>@<model>`. */
  async #receive(socket: Subscriber): Promise<void> {
    for await (const [topic, , payload] of socket) {
      if (topic === undefined || payload === undefined) continue;
      const name = topic.toString().split('@')[1] ?? '';
      const { table } = this.#options;
      const row = [...table.rows].find((one) => {
        const { id, address } = table.endpoints[one]!;
        return id === name || address === name;
      });
      if (row !== undefined) this.#take(table.endpoints[row]!.id, topic.toString(), payload);
    }
  }

  #take(id: string, topic: string, payload: Uint8Array): void {
    const { table, events, counted } = this.#options;
    if (table.rowOf(id) < 0) return;
    let decoded: KvEvent[];
    try {
      decoded = decodeEvents(payload);
    } catch {
      // An engine that speaks otherwise must not end the feed of the others.
      counted('malformed', 1);
      return;
    }
    // A model name may hold an @ itself.
    events(id, topic.split('@').slice(2).join('@'), decoded);
  }
}
