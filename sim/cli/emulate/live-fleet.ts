/** A scenario's engines as servers on loopback, in the order of the simulator's instances. */

import { EVENTS_PORT_LABEL, REPLAY_PORT_LABEL } from '../../../src/server/kv-events/labels.ts';
import type { Fleet } from '../../cluster/fleet.ts';
import { EngineServer } from './engine-server.ts';
import { LiveFabric } from './live-fabric.ts';
import { WallClock } from './wall-clock.ts';

/** An endpoint as `drydock serve` reads it. */
export interface LiveEndpoint {
  readonly id: string;
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
}

export class LiveFleet {
  readonly endpoints: LiveEndpoint[] = [];
  readonly servers: EngineServer[] = [];
  readonly #fabric: LiveFabric;
  readonly #clock: WallClock;

  private constructor(speed: number) {
    this.#clock = new WallClock(speed);
    this.#fabric = new LiveFabric(this.#clock);
  }

  /** Starts every engine; `portBase` 0 takes any free ports. KV events and transfers stay on loopback whatever the host. */
  static async start(fleet: Fleet, speed: number, portBase: number, host = '127.0.0.1'): Promise<LiveFleet> {
    const live = new LiveFleet(speed);
    try {
      for (const pool of fleet.pools) {
        for (let i = 0; i < pool.replicas; i++) {
          const number = live.servers.length;
          const id = `${pool.name}-${number}`;
          const server = new EngineServer(pool, { id, clock: live.#clock, fabric: live.#fabric });
          live.servers.push(server);
          const port = await server.listen(portBase === 0 ? 0 : portBase + number, host);
          const { events, replay } = await server.listenForEvents();
          const ports = { [EVENTS_PORT_LABEL]: String(events), [REPLAY_PORT_LABEL]: String(replay) };
          live.endpoints.push({ id, address: `127.0.0.1:${port}`, labels: { ...pool.labels, ...ports } });
        }
      }
    } catch (error) {
      await live.close();
      throw error;
    }
    return live;
  }

  /** How late engine steps were handled, wall ms. */
  get lateness(): readonly number[] {
    return this.servers.flatMap((server) => server.lateness);
  }

  async close(): Promise<void> {
    this.#fabric.close();
    for (const server of this.servers) await server.close();
  }
}
