/**
 * A fleet of several models: each has a router of its own over its own pools, as each InferencePool has an endpoint picker and
 * the gateway picks the pool by the model that the body names (body-based routing). Adapters belong to the model they tune.
 */

import type { Router, RouterOutput } from '../../src/routing/contract.ts';
import { EndpointTable } from '../../src/routing/endpoint.ts';
import type { SignalFeed } from './feed.ts';
import type { Fleet } from './fleet.ts';

/** A model's router and what it sees. */
export interface ModelRoute {
  readonly model: string;
  readonly table: EndpointTable;
  readonly feed: SignalFeed;
  /** Set once the cluster stands. */
  router: Router;
  /** Next time at which the router wants to be asked, µs. */
  wakeUs: number;
}

/** Builds a route's router. */
export type MakeRouter = (output: RouterOutput, table: EndpointTable, model: string) => Router;

/** Which route each pool and each model name belongs to. */
export class ModelRoutes {
  readonly all: readonly ModelRoute[];
  readonly #ofPool: readonly number[];
  readonly #ofName = new Map<string, number>();

  /** `table`: that of the first model. */
  constructor(fleet: Fleet, table: EndpointTable, makeFeed: (table: EndpointTable) => SignalFeed) {
    const models = [...new Set(fleet.pools.map(({ model }) => model.id))];
    this.#ofPool = fleet.pools.map(({ model }) => models.indexOf(model.id));
    this.all = models.map((model, i) => {
      const own = i === 0 ? table : new EndpointTable();
      return {
        model,
        table: own,
        feed: makeFeed(own),
        router: null as unknown as Router,
        wakeUs: Number.POSITIVE_INFINITY,
      };
    });
    for (const [pool, { model, adapters }] of fleet.pools.entries()) {
      for (const name of [model.id, ...model.huggingFace, ...(adapters?.names ?? [])]) {
        if (!this.#ofName.has(name)) this.#ofName.set(name, this.#ofPool[pool]!);
      }
    }
  }

  ofPool(pool: number): number {
    return this.#ofPool[pool]!;
  }

  /** Route of the model that a request names; -1 when no pool serves it. With one model every name is taken for it. */
  ofModel(name: string): number {
    return this.all.length === 1 ? 0 : (this.#ofName.get(name) ?? -1);
  }
}
