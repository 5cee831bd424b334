/**
 * The scenario document, as TypeBox schemas: these are the published JSON Schema (`drydock schema`), the editor's
 * completion and the static types, in one place. Units stand in names; unknown keys are errors.
 * Cross-field rules (TP divides heads, the model fits, prices exist) live in `rules.ts` and `sim/cluster/fleet.ts`.
 */
import type { Static } from 'typebox';
import * as Type from 'typebox/type';
import { KvStoreSchema, KvTiersSchema } from './kv-schema.ts';
import { AutoscalerSchema, ClientsSchema, FaultSchema, RolloutSchema } from './life-schema.ts';
import { LinkSchema, NetworkSchema } from './network-schema.ts';
import { PricesSchema } from './prices-schema.ts';
import { closed, count, nonNegative, positive, record } from './schema-atoms.ts';
import { WorkloadSchema } from './workload-schema.ts';

export * from './kv-schema.ts';
export * from './life-schema.ts';
export * from './network-schema.ts';
export * from './prices-schema.ts';
export * from './workload-schema.ts';

/** LoRA adapters of a pool. */
const AdaptersSchema = Type.Object(
  {
    groups: Type.Array(
      Type.Object(
        {
          name: Type.String({ minLength: 1, description: 'Name that requests give as their model' }),
          count: Type.Optional(count('So many, named `name-0`, `name-1`, ...; default: one, named `name`')),
        },
        closed,
      ),
      { minItems: 1 },
    ),
    rank: Type.Optional(count('LoRA rank; default 16')),
    diskGBps: Type.Optional(positive('Read rate of adapters that are not in host memory, GB/s; default 5')),
  },
  { ...closed, description: 'LoRA adapters that the instances serve beside the base model' },
);

/** A group of equal replicas. */
export const PoolSchema = Type.Object(
  {
    name: Type.String({ minLength: 1 }),
    role: Type.Union([Type.Literal('both'), Type.Literal('prefill'), Type.Literal('decode')], {
      description: 'both: whole requests; prefill and decode: the two legs of disaggregated serving',
    }),
    replicas: Type.Integer({
      minimum: 0,
      description: 'Engine instances at the start; 0 only where the autoscaler scales the pool',
    }),
    gpu: Type.String({ description: 'Catalogue id (`drydock catalog gpus`)' }),
    model: Type.Union(
      [
        Type.String({ description: 'Catalogue id or Hugging Face id (`drydock catalog models`)' }),
        Type.Object({ config: Type.String({ description: 'Path of a Hugging Face config.json' }) }, closed),
      ],
      { description: 'Model' },
    ),
    engine: Type.Object(
      {
        name: Type.Union(
          [Type.Literal('vllm'), Type.Literal('sglang'), Type.Literal('trtllm'), Type.Literal('tgi')],
          { description: 'Engine' },
        ),
        version: Type.Optional(
          Type.String({ description: 'Preset version, e.g. "0.19"; omitted: the newest' }),
        ),
        args: Type.Optional(
          record(Type.Union([Type.Number(), Type.String(), Type.Boolean()]), {
            description: "The engine's own argument names, e.g. max_num_batched_tokens",
          }),
        ),
        schedulingPolicy: Type.Optional(
          Type.Object(
            {
              type: Type.String({ description: 'sjf-predicted, or a type of a module (--plugin)' }),
              parameters: Type.Optional(record(Type.Unknown())),
            },
            {
              ...closed,
              description: "Order of the waiting queue in place of the engine's own (vllm, sglang)",
            },
          ),
        ),
      },
      closed,
    ),
    parallel: Type.Optional(
      Type.Object(
        {
          tp: Type.Optional(count('Tensor parallel size')),
          pp: Type.Optional(count('Pipeline parallel size')),
          dp: Type.Optional(count('Data parallel size (attention)')),
          ep: Type.Optional(count('Expert parallel size')),
        },
        closed,
      ),
    ),
    precision: Type.Optional(
      Type.Object(
        {
          weights: Type.Optional(
            Type.String({ description: 'bf16, fp8, fp8_block, nvfp4, int8_wo, int4_wo, ...' }),
          ),
          kv: Type.Optional(Type.String({ description: 'bf16, fp8, nvfp4, ...' })),
        },
        closed,
      ),
    ),
    link: Type.Optional(LinkSchema),
    kvTiers: Type.Optional(KvTiersSchema),
    node: Type.Optional(Type.Object({ gpus: count('GPUs per node') }, closed)),
    labels: Type.Optional(record(Type.String())),
    adapters: Type.Optional(AdaptersSchema),
  },
  closed,
);

/** The machines. */
export const FleetSchema = Type.Object(
  {
    pools: Type.Array(PoolSchema, { minItems: 1 }),
    network: Type.Optional(NetworkSchema),
    kvStore: Type.Optional(KvStoreSchema),
  },
  closed,
);

/** The router and what it can see. */
export const RouterSchema = Type.Object(
  {
    config: Type.Optional(
      Type.Union([Type.String({ description: 'Path of a YAML file' }), record(Type.Unknown())], {
        description: 'An llm-d EndpointPickerConfig; omitted: the default of llm-d',
      }),
    ),
    scrapeIntervalMs: Type.Optional(positive('Period of metric scrapes, ms; default 50')),
    allowExperimentalPlugins: Type.Optional(
      Type.Boolean({ description: 'Permit plugins of Alpha stability' }),
    ),
  },
  closed,
);

const LimitsSchema = record(positive('ms'), {
  pattern: '^(mean|max|p[0-9]{1,2}(\\.[0-9]+)?)$',
  description: 'Limits in ms by statistic, e.g. {p95: 1000}',
});

/** Objectives of one request class. */
const ClassSloSchema = Type.Object(
  {
    ttftMs: Type.Optional(LimitsSchema),
    tpotMs: Type.Optional(LimitsSchema),
    e2eMs: Type.Optional(LimitsSchema),
    attainment: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        description: 'Share of the class that must be within its limits',
      }),
    ),
  },
  closed,
);

/** Service-level objectives. */
export const SloSchema = Type.Object(
  {
    ttftMs: Type.Optional(LimitsSchema),
    itlMs: Type.Optional(LimitsSchema),
    tpotMs: Type.Optional(LimitsSchema),
    e2eMs: Type.Optional(LimitsSchema),
    attainment: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        description: 'Share of requests that must be within every limit; default 0.95',
      }),
    ),
    classes: Type.Optional(
      record(ClassSloSchema, {
        description:
          "By request class: what it names replaces the SLO's own limit for requests of that class",
      }),
    ),
  },
  closed,
);

/** How long to run. */
export const RunSchema = Type.Object(
  {
    requests: Type.Optional(
      count(
        'Stop arrivals after this many; default 1,000 for workloads without an end, if durationS is not set',
      ),
    ),
    durationS: Type.Optional(positive('Stop arrivals after this time, seconds')),
    warmupS: Type.Optional(
      nonNegative('Requests that arrive earlier are left out of the statistics, seconds'),
    ),
    horizonS: Type.Optional(
      positive(
        'End the simulation at this time even if requests are in flight, seconds; default: run until all have ended',
      ),
    ),
    stepTimeFactor: Type.Optional(
      positive('Engine steps last so many times what the step-time model says; default 1, for what-ifs'),
    ),
    idealised: Type.Optional(
      Type.Array(
        Type.Union([
          Type.Literal('perfectCache'),
          Type.Literal('infiniteNetwork'),
          Type.Literal('idealRouting'),
          Type.Literal('instantScaling'),
        ]),
        { description: 'Parts that the run takes to be perfect: upper bounds, marked as such in the report' },
      ),
    ),
  },
  closed,
);

/** A calibration fitted to one engine build; what it leaves out is the base's. Written by `drydock calibrate`. */
export const FittedCalibrationSchema = Type.Object(
  {
    kind: Type.Literal('fitted'),
    name: Type.String({ minLength: 1 }),
    base: Type.Optional(
      Type.String({ description: 'Calibration that it starts from; default: the engine version’s own' }),
    ),
    hostBaseUs: Type.Optional(nonNegative('Host time of every step, on top of the GPU’s')),
    hostPerSequenceUs: Type.Optional(nonNegative('The same per sequence in the step')),
    promptLayerUs: Type.Optional(
      nonNegative('Least time per layer of a step that holds prompts and runs outside of CUDA graphs'),
    ),
    firstTokenLagSteps: Type.Optional(nonNegative('Steps between a first token and its delivery')),
    frontEndUs: Type.Optional(nonNegative('Per request, before it is queued')),
    frontEndPerTokenUs: Type.Optional(nonNegative('The same per prompt token')),
    handoverUs: Type.Optional(nonNegative('From the end of a prefill leg to the decode engine’s queue')),
    kernels: Type.Optional(
      Type.Object(
        {
          gemm: Type.Optional(positive('Factor on the time of matrix products')),
          attention: Type.Optional(positive('Factor on the time of attention')),
          experts: Type.Optional(positive('Factor on the time of experts')),
          collectives: Type.Optional(positive('Factor on the time of all-reduces')),
        },
        closed,
      ),
    ),
    fit: Type.Optional(record(Type.Unknown(), { description: 'What it was fitted to, and its errors' })),
  },
  closed,
);

/** Step-time calibration. */
export const CalibrationSchema = Type.Union(
  [
    Type.String({ description: 'Name of a calibration' }),
    Type.Object(
      {
        kind: Type.Literal('affine'),
        baseUs: positive('Every step'),
        perSequenceUs: nonNegative('Per sequence in the step'),
        perPrefillTokenUs: nonNegative('Per prompt token in the step'),
        perContextTokenUs: nonNegative(
          'Per token of KV length of every scheduled sequence once the step is done',
        ),
        frontEndUs: nonNegative('Per request, before it is queued'),
      },
      closed,
    ),
    FittedCalibrationSchema,
    Type.Object(
      { file: Type.String({ minLength: 1, description: 'A calibration that `drydock calibrate` wrote' }) },
      closed,
    ),
  ],
  { description: 'Step-time calibration; omitted: the built-in one of the engine version' },
);

const common = {
  name: Type.Optional(Type.String({ minLength: 1 })),
  description: Type.Optional(Type.String()),
  seed: Type.Optional(
    Type.Integer({ minimum: 0, description: 'Base seed; run i of several uses seed + i; default 1' }),
  ),
  workload: WorkloadSchema,
  slo: Type.Optional(SloSchema),
  run: Type.Optional(RunSchema),
  assert: Type.Optional(
    Type.Array(Type.String({ description: 'e.g. "ttftMs.p95 <= 1000"' }), {
      description: 'Thresholds on report figures; exit code 3 when one fails',
    }),
  ),
  prices: Type.Optional(PricesSchema),
  clients: Type.Optional(ClientsSchema),
  faults: Type.Optional(Type.Array(FaultSchema)),
  autoscaler: Type.Optional(AutoscalerSchema),
  rollout: Type.Optional(RolloutSchema),
  calibration: Type.Optional(CalibrationSchema),
} as const;

/** One fleet under one workload. */
export const ScenarioSchema = Type.Object(
  { ...common, fleet: FleetSchema, router: Type.Optional(RouterSchema) },
  { ...closed, $id: 'https://drydock.dev/schema/scenario-1.json', title: 'Drydock scenario' },
);

/** A named fleet of a comparison. */
export const NamedFleetSchema = Type.Object(
  {
    name: Type.String({ minLength: 1 }),
    pools: Type.Array(PoolSchema, { minItems: 1 }),
    network: Type.Optional(NetworkSchema),
    kvStore: Type.Optional(KvStoreSchema),
    router: Type.Optional(RouterSchema),
  },
  closed,
);

/** Several fleets under the same workload and seeds. */
export const ComparisonSchema = Type.Object(
  {
    ...common,
    fleets: Type.Array(NamedFleetSchema, { minItems: 2 }),
    router: Type.Optional(RouterSchema),
    workloads: Type.Optional(
      record(WorkloadSchema, {
        description: 'Further workloads by name; every fleet is run under each, beside `workload`',
      }),
    ),
  },
  { ...closed, $id: 'https://drydock.dev/schema/comparison-1.json', title: 'Drydock comparison' },
);

export type AdaptersSpec = Static<typeof AdaptersSchema>;
export type PoolSpec = Static<typeof PoolSchema>;
export type FleetSpec = Static<typeof FleetSchema>;
export type LinkSpec = Static<typeof LinkSchema>;
export type RouterSpec = Static<typeof RouterSchema>;
export type SloSpec = Static<typeof SloSchema>;
export type RunSpec = Static<typeof RunSchema>;
export type CalibrationSpec = Static<typeof CalibrationSchema>;
export type FittedCalibration = Static<typeof FittedCalibrationSchema>;
export type Scenario = Static<typeof ScenarioSchema>;
export type Comparison = Static<typeof ComparisonSchema>;
export type NamedFleet = Static<typeof NamedFleetSchema>;
