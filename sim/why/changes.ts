/** What could be done otherwise: single changes of a fleet, and upper bounds, each to be re-simulated with the same seeds. */
import { findGpu } from '../../models/gpus.ts';
import { defaultNetwork, findLink } from '../../models/links.ts';
import { IDEALISATIONS, IDEALISED, type Idealisation } from '../scenario/idealised.ts';
import type { PoolSpec, Scenario } from '../scenario/schema.ts';

/** One change. */
export interface Change {
  readonly name: string;
  /** `bound`: a part is taken to be perfect; nothing that can be built. */
  readonly kind: 'change' | 'bound';
  readonly scenario: Scenario;
}

/** Token budget of a step, by engine: its argument's name. */
const BUDGET_ARGS: Readonly<Record<PoolSpec['engine']['name'], string>> = {
  vllm: 'max_num_batched_tokens',
  sglang: 'chunked_prefill_size',
  trtllm: 'max_num_tokens',
  tgi: 'max_batch_prefill_tokens',
};

/** All changes that apply. `budgetOf`: the step budget of a pool as it is, tokens. */
export function changesOf(scenario: Scenario, budgetOf: (pool: number) => number): Change[] {
  const changes: Change[] = [];
  const add = (name: string, changed: Scenario): void => {
    changes.push({ name, kind: 'change', scenario: changed });
  };
  for (const [i, pool] of scenario.fleet.pools.entries()) {
    const own = scenario.fleet.pools.length > 1 ? `${pool.name}: ` : '';
    const replicas = (count: number): Scenario => withPool(scenario, i, { ...pool, replicas: count });
    add(`${own}one replica more`, replicas(pool.replicas + 1));
    if (pool.replicas > 1) add(`${own}one replica fewer`, replicas(pool.replicas - 1));
    const budget = budgetOf(i);
    for (const factor of [2, 0.5]) {
      const tokens = Math.round(budget * factor);
      add(`${own}step budget ${tokens} tokens`, withPool(scenario, i, withStepBudget(pool, tokens)));
    }
  }
  if (scenario.fleet.pools.every((pool) => (pool.precision?.kv ?? 'bf16') === 'bf16')) {
    add('KV cache in fp8', withFp8Kv(scenario));
  }
  if (movesKv(scenario)) add('KV links twice as fast', withFastLinks(scenario));
  const scrapeIntervalMs = scenario.router?.scrapeIntervalMs ?? 50;
  if (replicasOf(scenario) > 1) {
    const router = { ...scenario.router, scrapeIntervalMs: scrapeIntervalMs / 10 };
    add(`metrics scraped every ${scrapeIntervalMs / 10} ms`, { ...scenario, router });
  }
  return [...changes, ...boundsOf(scenario)];
}

/** The upper bounds that say something about a scenario, and all of them together. */
function boundsOf(scenario: Scenario): Change[] {
  const applies: Readonly<Record<Idealisation, boolean>> = {
    perfectCache: true,
    infiniteNetwork: movesKv(scenario),
    idealRouting: replicasOf(scenario) > 1,
    instantScaling: (scenario.autoscaler ?? []).length > 0,
  };
  const ideals = IDEALISATIONS.filter((ideal) => applies[ideal]);
  const bound = (name: string, idealised: Idealisation[]): Change => ({
    name,
    kind: 'bound',
    scenario: { ...scenario, run: { ...scenario.run, idealised } },
  });
  const single = ideals.map((ideal) => bound(ideal, [ideal]));
  return ideals.length > 1 ? [...single, bound('all of these', [...ideals])] : single;
}

/** What a bound takes to be perfect, in words. */
export function boundWords(name: string): string | undefined {
  return name in IDEALISED ? IDEALISED[name as Idealisation] : undefined;
}

function replicasOf({ fleet, autoscaler }: Scenario): number {
  const most = (autoscaler ?? []).reduce((sum, rule) => sum + rule.max, 0);
  return Math.max(most, ...(['prefill', 'decode'] as const).map((leg) => legReplicas(fleet.pools, leg)));
}

function legReplicas(pools: readonly PoolSpec[], leg: 'prefill' | 'decode'): number {
  return pools
    .filter((pool) => pool.role === leg || pool.role === 'both')
    .reduce((sum, pool) => sum + pool.replicas * (pool.parallel?.dp ?? 1), 0);
}

/** Whether KV goes from one pool to another. */
export function movesKv({ fleet }: Scenario): boolean {
  return fleet.pools.some((pool) => pool.role === 'decode');
}

function withPool(scenario: Scenario, index: number, pool: PoolSpec): Scenario {
  const pools = scenario.fleet.pools.map((one, i) => (i === index ? pool : one));
  return { ...scenario, fleet: { ...scenario.fleet, pools } };
}

/** In all pools: KV is not converted on its way from one to another. */
function withFp8Kv(scenario: Scenario): Scenario {
  const pools = scenario.fleet.pools.map((pool) => ({
    ...pool,
    precision: { ...pool.precision, kv: 'fp8' },
  }));
  return { ...scenario, fleet: { ...scenario.fleet, pools } };
}

/** A pool with that many tokens of a step at most. */
export function withStepBudget(pool: PoolSpec, tokens: number): PoolSpec {
  const args = { ...pool.engine.args, [BUDGET_ARGS[pool.engine.name]]: tokens };
  return { ...pool, engine: { ...pool.engine, args } };
}

function withFastLinks(scenario: Scenario): Scenario {
  const { fleet } = scenario;
  const pools = fleet.pools.map((pool) => {
    const found = kvLinkOf(pool, fleet);
    return { ...pool, link: { ...found, GBps: found.GBps * 2 } };
  });
  return { ...scenario, fleet: { ...fleet, pools } };
}

/** The link that carries a pool's KV, in numbers: its own, else the fleet's, else the NIC of its GPU. */
export function kvLinkOf(pool: PoolSpec, fleet: Scenario['fleet']): { GBps: number; baseUs: number } {
  const link = pool.link ?? fleet.network?.kvLink;
  if (link !== undefined && typeof link !== 'string') return link;
  const { achievedGBps, baseUs } = link === undefined ? defaultNetwork(findGpu(pool.gpu)) : findLink(link);
  return { GBps: achievedGBps, baseUs };
}
