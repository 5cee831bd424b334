/** The fleets of a plan, spelled out: every combination of its lists, with notation, GPUs, power and cost. */
import { findGpu } from '../../models/gpus.ts';
import { allInPowerKw } from '../../models/power.ts';
import type { PriceOf } from '../metrics/pool-report.ts';
import type { FleetSpec, PoolSpec, RouterSpec } from '../scenario/schema.ts';
import type { EngineVariant, Plan } from './schema.ts';

/** A fleet of the search space. */
export interface FleetChoice {
  readonly name: string;
  readonly fleet: FleetSpec;
  readonly router: RouterSpec | undefined;
  readonly gpu: string;
  readonly gpus: number;
  readonly arithmetic: string;
  readonly costPerHour: number | null;
  readonly powerW: number | null;
}

type Parallel = Required<NonNullable<PoolSpec['parallel']>>;

interface Engine {
  readonly engine: PoolSpec['engine'];
  readonly precision: NonNullable<PoolSpec['precision']>;
  readonly label: string;
}

/** All fleets, cheapest first; those without a price last; equal costs in the order of the document's lists. */
export function fleetChoices(plan: Plan, priceOf: PriceOf): FleetChoice[] {
  const engines = engineVariants(plan.search.engines ?? [{ name: 'vllm' }]);
  const routers = plan.search.routers ?? [{ name: '', router: undefined }];
  const choices = plan.search.gpus.flatMap((gpu) =>
    parallels(plan, gpu).flatMap((parallel) =>
      engines.flatMap((engine) =>
        splits(plan, parallel).flatMap((split) =>
          routers.map(({ name, router }) =>
            choice(plan, priceOf, { gpu, parallel, engine, split, router, routerName: name }),
          ),
        ),
      ),
    ),
  );
  const key = (one: FleetChoice): number => one.costPerHour ?? Number.MAX_VALUE;
  return choices.sort((a, b) => key(a) - key(b) || a.gpus - b.gpus);
}

interface Parts {
  readonly gpu: string;
  readonly parallel: Parallel;
  readonly engine: Engine;
  readonly split: readonly (readonly [role: PoolSpec['role'], replicas: number])[];
  readonly router: RouterSpec | undefined;
  readonly routerName: string;
}

function choice(plan: Plan, priceOf: PriceOf, parts: Parts): FleetChoice {
  const { gpu, parallel, engine, split } = parts;
  const pools: PoolSpec[] = split.map(([role, replicas]) => ({
    name: role === 'both' ? 'all' : role,
    role,
    replicas,
    gpu,
    model: plan.model,
    engine: engine.engine,
    parallel,
    precision: engine.precision,
  }));
  const each = parallel.tp * parallel.pp * parallel.dp;
  const workers = split.reduce((sum, [, replicas]) => sum + replicas, 0);
  const gpus = workers * each;
  const price = priceOf(gpu);
  const together = price?.billedTogether ?? 1;
  const billed = Math.ceil(gpus / together) * together;
  const powerKw = allInPowerKw(findGpu(gpu));
  const shape = shapeOf(parallel);
  const fleetText = split
    .map(([role, replicas]) => `${replicas}${role === 'both' ? '' : role === 'prefill' ? 'P' : 'D'}×${shape}`)
    .join(' + ');
  const name = [fleetText, gpu, engine.label, parts.routerName].filter((text) => text !== '').join(' · ');
  const { network } = plan.search;
  return {
    name,
    fleet: { pools, ...(network === undefined ? {} : { network }) },
    router: parts.router,
    gpu,
    gpus,
    arithmetic: `${split.map(([, replicas]) => replicas).join(' + ')} workers x ${each} = ${gpus}`,
    costPerHour: price === null ? null : price.usdPerHour * billed,
    powerW: powerKw === undefined ? null : powerKw * 1e3 * gpus,
  };
}

function shapeOf({ tp, pp, dp, ep }: Parallel): string {
  const further = [
    ['PP', pp],
    ['DP', dp],
    ['EP', ep],
  ] as const;
  return `TP${tp}${further.map(([name, size]) => (size > 1 ? `${name}${size}` : '')).join('')}`;
}

function parallels(plan: Plan, gpu: string): Parallel[] {
  const given = plan.search.parallel ?? {};
  const { gpusPerNode } = findGpu(gpu);
  const tps = given.tp ?? [1, 2, 4, 8, 16].filter((tp) => tp <= gpusPerNode);
  return tps.flatMap((tp) =>
    (given.pp ?? [1]).flatMap((pp) =>
      (given.dp ?? [1]).flatMap((dp) => (given.ep ?? [1]).map((ep) => ({ tp, pp, dp, ep }))),
    ),
  );
}

function splits(plan: Plan, parallel: Parallel): Parts['split'][] {
  const each = parallel.tp * parallel.pp * parallel.dp;
  const { min = 1, max = Number.POSITIVE_INFINITY } = plan.search.replicas ?? {};
  const byBudget = Math.floor((plan.budget?.maxGpus ?? Number.POSITIVE_INFINITY) / each);
  // One fleet beyond the budget stays in sight, so that the answer can say what the budget cuts off.
  const most = Math.max(min, Math.min(max, byBudget + 1));
  const layouts = plan.search.layouts ?? ['aggregated'];
  const found: Parts['split'][] = [];
  for (let workers = min; workers <= most; workers++) {
    if (layouts.includes('aggregated')) found.push([['both', workers]]);
    if (!layouts.includes('disaggregated')) continue;
    for (let prefill = 1; prefill < workers; prefill++) {
      found.push([
        ['prefill', prefill],
        ['decode', workers - prefill],
      ]);
    }
  }
  return found;
}

/** Engines with every combination of listed arguments and precisions. */
function engineVariants(engines: readonly EngineVariant[]): Engine[] {
  return engines.flatMap((variant) => {
    let args: Record<string, number | string | boolean>[] = [{}];
    for (const [name, value] of Object.entries(variant.args ?? {})) {
      const values = Array.isArray(value) ? value : [value];
      args = args.flatMap((before) => values.map((one) => ({ ...before, [name]: one })));
    }
    const listed = Object.entries(variant.args ?? {}).flatMap(([name, value]) =>
      Array.isArray(value) ? [name] : [],
    );
    return args.flatMap((chosen) =>
      (variant.weights ?? [undefined]).flatMap((weights) =>
        (variant.kv ?? [undefined]).map((kv) => ({
          engine: {
            name: variant.name,
            args: chosen,
            ...(variant.version === undefined ? {} : { version: variant.version }),
          },
          precision: { ...(weights === undefined ? {} : { weights }), ...(kv === undefined ? {} : { kv }) },
          label: [
            engines.length > 1 ? variant.name : '',
            weights ?? '',
            kv === undefined ? '' : `kv ${kv}`,
            ...listed.map((name) => `${name} ${chosen[name]}`),
          ]
            .filter((text) => text !== '')
            .join(' '),
        })),
      ),
    );
  });
}
