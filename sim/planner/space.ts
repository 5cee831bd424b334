/** The fleets of a plan, spelled out: every combination of its lists, with notation, GPUs, power and cost. */
import { findGpu } from '../../models/gpus.ts';
import { allInPowerKw } from '../../models/power.ts';
import type { PriceOf } from '../metrics/pool-report.ts';
import type { FleetSpec, PoolSpec, RouterSpec } from '../scenario/schema.ts';
import { type NamedRouter, routersFor } from './router-variants.ts';
import type { EngineVariant, LegSearch, Plan } from './schema.ts';

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

/** Workers of one kind. */
interface Shape {
  readonly gpu: string;
  readonly parallel: Parallel;
  /** GPUs per node; undefined: the usual node of the GPU. */
  readonly node: number | undefined;
}

interface Part {
  readonly role: PoolSpec['role'];
  readonly replicas: number;
  readonly shape: Shape;
}

type Split = readonly Part[];

interface Tiers {
  readonly name: string;
  readonly kvTiers?: PoolSpec['kvTiers'];
  readonly kvStore?: FleetSpec['kvStore'];
}

/** All fleets, cheapest first; those without a price last; equal costs in the order of the document's lists. */
export function fleetChoices(plan: Plan, priceOf: PriceOf): FleetChoice[] {
  const engines = engineVariants(plan.search.engines ?? [{ name: 'vllm' }]);
  const tiers: readonly Tiers[] = plan.search.kvTiers ?? [{ name: '' }];
  const all = splits(plan);
  const choices = engines.flatMap((engine) =>
    all.flatMap((split) =>
      tiers.flatMap((tier) =>
        routersFor(plan.search.routers, split).map((router) =>
          choice(plan, priceOf, { engine, split, tier, router }),
        ),
      ),
    ),
  );
  const key = (one: FleetChoice): number => one.costPerHour ?? Number.MAX_VALUE;
  return choices.sort((a, b) => key(a) - key(b) || a.gpus - b.gpus);
}

interface Parts {
  readonly engine: Engine;
  readonly split: Split;
  readonly tier: Tiers;
  readonly router: NamedRouter;
}

function choice(plan: Plan, priceOf: PriceOf, { engine, split, tier, router }: Parts): FleetChoice {
  const pools: PoolSpec[] = split.map(({ role, replicas, shape }) => ({
    name: role === 'both' ? 'all' : role,
    role,
    replicas,
    gpu: shape.gpu,
    model: plan.model,
    engine: engine.engine,
    parallel: shape.parallel,
    precision: engine.precision,
    ...(shape.node === undefined ? {} : { node: { gpus: shape.node } }),
    ...(tier.kvTiers === undefined ? {} : { kvTiers: tier.kvTiers }),
  }));
  const { network } = plan.search;
  const labels = [fleetText(split), engine.label, tier.name, router.name].filter((text) => text !== '');
  return {
    name: labels.join(' · '),
    fleet: {
      pools,
      ...(network === undefined ? {} : { network }),
      ...(tier.kvStore === undefined ? {} : { kvStore: tier.kvStore }),
    },
    router: router.router,
    gpu: [...new Set(split.map(({ shape }) => shape.gpu))].join(' + '),
    gpus: split.reduce((sum, part) => sum + gpusOf(part), 0),
    arithmetic: arithmetic(split),
    costPerHour: costOf(split, priceOf),
    powerW: powerOf(split),
  };
}

function eachGpus({ parallel: { tp, pp, dp } }: Shape): number {
  return tp * pp * dp;
}

function gpusOf({ replicas, shape }: Part): number {
  return replicas * eachGpus(shape);
}

/** Whole nodes or instances where they are billed so; pools of one GPU type and node size share them. */
function costOf(split: Split, priceOf: PriceOf): number | null {
  const groups = new Map<string, { gpu: string; node: number | undefined; gpus: number }>();
  for (const part of split) {
    const { gpu, node } = part.shape;
    const key = `${gpu}/${node ?? ''}`;
    const group = groups.get(key) ?? { gpu, node, gpus: 0 };
    group.gpus += gpusOf(part);
    groups.set(key, group);
  }
  let cost = 0;
  for (const { gpu, node, gpus } of groups.values()) {
    const price = priceOf(gpu);
    if (price === null) return null;
    const together = node ?? price.billedTogether ?? 1;
    cost += price.usdPerHour * Math.ceil(gpus / together) * together;
  }
  return cost;
}

function powerOf(split: Split): number | null {
  let watts = 0;
  for (const part of split) {
    const powerKw = allInPowerKw(findGpu(part.shape.gpu));
    if (powerKw === undefined) return null;
    watts += powerKw * 1e3 * gpusOf(part);
  }
  return watts;
}

const ROLE_LETTER = { both: '', prefill: 'P', decode: 'D' } as const;

/** `2P×TP4 + 1D×TP4 · h100-sxm`, or with the GPU at each part where they differ. */
function fleetText(split: Split): string {
  const gpus = [...new Set(split.map(({ shape }) => shape.gpu))];
  const parts = split.map(({ role, replicas, shape }) => {
    const own = gpus.length > 1 ? ` ${shape.gpu}` : '';
    return `${replicas}${ROLE_LETTER[role]}×${shapeText(shape)}${own}`;
  });
  return gpus.length > 1 ? parts.join(' + ') : `${parts.join(' + ')} · ${gpus[0]}`;
}

function shapeText({ parallel: { tp, pp, dp, ep }, node }: Shape): string {
  const further = [
    ['PP', pp],
    ['DP', dp],
    ['EP', ep],
  ] as const;
  const sizes = further.map(([name, size]) => (size > 1 ? `${name}${size}` : '')).join('');
  return `TP${tp}${sizes}${node === undefined ? '' : `/${node}`}`;
}

function arithmetic(split: Split): string {
  const gpus = split.reduce((sum, part) => sum + gpusOf(part), 0);
  const each = new Set(split.map(({ shape }) => eachGpus(shape)));
  if (each.size > 1) {
    return `${split.map((part) => `${part.replicas} x ${eachGpus(part.shape)}`).join(' + ')} = ${gpus}`;
  }
  return `${split.map(({ replicas }) => replicas).join(' + ')} workers x ${[...each][0]} = ${gpus}`;
}

/** Worker shapes of a search, or of one leg of it. */
function shapes(plan: Plan, own: LegSearch = {}): Shape[] {
  const given = { ...plan.search.parallel, ...own.parallel };
  const nodes: readonly (number | undefined)[] = plan.search.nodes ?? [undefined];
  return (own.gpus ?? plan.search.gpus).flatMap((gpu) =>
    nodes.flatMap((node) => {
      const most = node ?? findGpu(gpu).gpusPerNode;
      const tps = given.tp ?? [1, 2, 4, 8, 16].filter((tp) => tp <= most);
      return tps.flatMap((tp) =>
        (given.pp ?? [1]).flatMap((pp) =>
          (given.dp ?? [1]).flatMap((dp) =>
            (given.ep ?? [1]).map((ep) => ({ gpu, node, parallel: { tp, pp, dp, ep } })),
          ),
        ),
      );
    }),
  );
}

function splits(plan: Plan): Split[] {
  const { search } = plan;
  const layouts = search.layouts ?? ['aggregated'];
  const isMixed = search.mixed === true || search.prefill !== undefined || search.decode !== undefined;
  const found: Split[] = [];
  if (layouts.includes('aggregated')) {
    for (const shape of shapes(plan)) found.push(...aggregated(plan, shape));
  }
  if (!layouts.includes('disaggregated')) return found;
  if (!isMixed) {
    for (const shape of shapes(plan)) found.push(...disaggregated(plan, shape, shape));
    return found;
  }
  for (const prefill of shapes(plan, search.prefill)) {
    for (const decode of shapes(plan, search.decode)) found.push(...disaggregated(plan, prefill, decode));
  }
  return found;
}

function aggregated(plan: Plan, shape: Shape): Split[] {
  const { min = 1, max = Number.POSITIVE_INFINITY } = plan.search.replicas ?? {};
  const byBudget = Math.floor((plan.budget?.maxGpus ?? Number.POSITIVE_INFINITY) / eachGpus(shape));
  // One fleet beyond the budget stays in sight, so that the answer can say what the budget cuts off.
  const most = Math.max(min, Math.min(max, byBudget + 1));
  return range(min, most).map((replicas) => [{ role: 'both', replicas, shape }]);
}

function disaggregated(plan: Plan, prefill: Shape, decode: Shape): Split[] {
  const { min = 1, max = Number.POSITIVE_INFINITY } = plan.search.replicas ?? {};
  const [ofPrefill, ofDecode] = [eachGpus(prefill), eachGpus(decode)];
  // As above; where the legs differ the smaller worker is the one beyond.
  const within = (plan.budget?.maxGpus ?? Number.POSITIVE_INFINITY) + Math.min(ofPrefill, ofDecode);
  const found: Split[] = [];
  for (let p = 1; p < max && p * ofPrefill + ofDecode <= within; p++) {
    for (let d = 1; p + d <= max && p * ofPrefill + d * ofDecode <= within; d++) {
      if (p + d < min) continue;
      found.push([
        { role: 'prefill', replicas: p, shape: prefill },
        { role: 'decode', replicas: d, shape: decode },
      ]);
    }
  }
  return found;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
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
