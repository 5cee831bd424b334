/**
 * The plan document as a TypeBox schema: traffic, SLO, the fleets to search, budget and demands. Lists span the space;
 * everything that a list leaves out has one value.
 */
import type { Static, TSchema } from 'typebox';
import * as Type from 'typebox/type';
import { KvStoreSchema, KvTiersSchema } from '../scenario/kv-schema.ts';
import {
  CalibrationSchema,
  FleetSchema,
  PricesSchema,
  RouterSchema,
  RunSchema,
  SloSchema,
} from '../scenario/schema.ts';
import { closed, count, positive, record } from '../scenario/schema-atoms.ts';
import { WorkloadSchema } from '../scenario/workload-schema.ts';

const sizes = (description: string) => Type.Optional(Type.Array(count(description), { minItems: 1 }));
const argValue = Type.Union([Type.Number(), Type.String(), Type.Boolean()]);

const ParallelSchema = Type.Object(
  {
    tp: sizes('Tensor parallel size; default: powers of two within a node'),
    pp: sizes('Pipeline parallel size; default 1'),
    dp: sizes('Data parallel size; default 1'),
    ep: sizes('Expert parallel size; default 1'),
  },
  closed,
);

const EngineVariantSchema = Type.Object(
  {
    name: Type.Union([
      Type.Literal('vllm'),
      Type.Literal('sglang'),
      Type.Literal('trtllm'),
      Type.Literal('tgi'),
    ]),
    version: Type.Optional(Type.String()),
    args: Type.Optional(
      record(Type.Union([argValue, Type.Array(argValue, { minItems: 1 })]), {
        description: 'Engine arguments; a list is searched',
      }),
    ),
    weights: Type.Optional(Type.Array(Type.String(), { minItems: 1, description: 'Weight precisions' })),
    kv: Type.Optional(Type.Array(Type.String(), { minItems: 1, description: 'KV precisions' })),
  },
  closed,
);

/** What one leg of disaggregated fleets is made of, where it is not as the rest. */
const LegSearchSchema = Type.Object(
  {
    gpus: Type.Optional(Type.Array(Type.String({ description: 'Catalogue id' }), { minItems: 1 })),
    parallel: Type.Optional(ParallelSchema),
  },
  { ...closed, description: 'GPUs and sizes of this leg; every combination with the other leg is searched' },
);

const RouterVariantSchema = Type.Object(
  {
    name: Type.String({ description: 'Empty for the default' }),
    router: RouterSchema,
    weights: Type.Optional(
      record(Type.Array(Type.Number({ minimum: 0 }), { minItems: 1 }), {
        description:
          "Weights by scorer, each list searched; of the default's scorers where `router` names no config",
      }),
    ),
  },
  closed,
);

const SearchSchema = Type.Object(
  {
    gpus: Type.Array(Type.String({ description: 'Catalogue id' }), { minItems: 1 }),
    parallel: Type.Optional(ParallelSchema),
    layouts: Type.Optional(
      Type.Array(Type.Union([Type.Literal('aggregated'), Type.Literal('disaggregated')]), {
        minItems: 1,
        description: 'default: aggregated',
      }),
    ),
    replicas: Type.Optional(
      Type.Object(
        { min: Type.Optional(count('Fewest')), max: Type.Optional(count('Most')) },
        { ...closed, description: 'Replicas of the whole fleet; the most is derived from the budget' },
      ),
    ),
    engines: Type.Optional(Type.Array(EngineVariantSchema, { minItems: 1, description: 'default: vllm' })),
    mixed: Type.Optional(
      Type.Boolean({
        description: 'Prefill and decode workers may differ in GPU type and sizes (disaggregated layouts)',
      }),
    ),
    prefill: Type.Optional(LegSearchSchema),
    decode: Type.Optional(LegSearchSchema),
    nodes: sizes("GPUs per node, billed whole; default: the GPU's usual node, billed as prices say"),
    kvTiers: Type.Optional(
      Type.Array(
        Type.Object(
          {
            name: Type.String({ description: 'Empty for none' }),
            kvTiers: Type.Optional(KvTiersSchema),
            kvStore: Type.Optional(KvStoreSchema),
          },
          closed,
        ),
        { minItems: 1, description: 'KV tiers below the GPU; default: none' },
      ),
    ),
    routers: Type.Optional(Type.Array(RouterVariantSchema, { minItems: 1 })),
    network: FleetSchema.properties.network,
  },
  closed,
);

/** A plan. */
export const PlanSchema = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1 })),
    seed: Type.Optional(Type.Integer({ minimum: 0 })),
    model: Type.String({ minLength: 1, description: 'Catalogue or Hugging Face id' }),
    workload: WorkloadSchema,
    slo: SloSchema,
    run: Type.Optional(RunSchema),
    search: SearchSchema,
    budget: Type.Optional(
      Type.Object(
        {
          maxGpus: Type.Optional(count('GPUs')),
          maxPowerW: Type.Optional(positive('All-in power, W')),
          maxCostPerHour: Type.Optional(positive('USD per hour')),
        },
        closed,
      ),
    ),
    survive: Type.Optional(
      Type.Integer({ minimum: 0, description: 'Workers of any one pool that may be lost; default 0' }),
    ),
    growth: Type.Optional(
      Type.Number({ minimum: 1, description: 'The SLO also holds at so many times the rate; default 1' }),
    ),
    confidence: Type.Optional(Type.Number({ minimum: 0.5, maximum: 0.999, description: 'default 0.95' })),
    maxSeeds: Type.Optional(Type.Integer({ minimum: 3, maximum: 100, description: 'default 8' })),
    answers: Type.Optional(count('Confirmed fleets to find; default 5')),
    prices: Type.Optional(PricesSchema),
    calibration: Type.Optional(CalibrationSchema),
  } satisfies Record<string, TSchema>,
  { ...closed, $id: 'https://drydock.dev/schema/plan-1.json', title: 'Drydock plan' },
);

export type Plan = Static<typeof PlanSchema>;
export type EngineVariant = Static<typeof EngineVariantSchema>;
export type LegSearch = Static<typeof LegSearchSchema>;
export type RouterVariant = Static<typeof RouterVariantSchema>;
