/** The lab document, as TypeBox schemas: parts of the scenario document, several times. */
import type { Static } from 'typebox';
import * as Type from 'typebox/type';
import {
  CalibrationSchema,
  ClientsSchema,
  FaultSchema,
  FleetSchema,
  PricesSchema,
  RouterSchema,
  RunSchema,
  SloSchema,
  WorkloadSchema,
} from '../scenario/schema.ts';
import { fieldsOf, record } from '../scenario/schema-atoms.ts';

const closed = { additionalProperties: false } as const;

/** One way to route, and the fleet it routes over where that is not the lab's. */
export const PolicySchema = Type.Object(
  {
    name: Type.String({ minLength: 1 }),
    baseline: Type.Optional(
      Type.String({ description: 'Name of a policy in the box (`drydock lab --list`)' }),
    ),
    config: Type.Optional(
      Type.Union([Type.String({ description: 'Path of a YAML file' }), record(Type.Unknown())], {
        description: 'An EndpointPickerConfig',
      }),
    ),
    plugin: Type.Optional(
      Type.String({ description: 'Path of a module with plugins that the policy names' }),
    ),
    schedulingPolicy: Type.Optional(
      Type.Object(
        { type: Type.String(), parameters: Type.Optional(record(Type.Unknown())) },
        { ...closed, description: 'Order of the waiting queue in the engines of all pools' },
      ),
    ),
    fleet: Type.Optional(Type.String({ description: 'Name in `fleets`; omitted: `fleet`' })),
  },
  closed,
);

/** How much load: the workload's own rate times a factor, or a rate. */
export const LoadSchema = Type.Union([
  Type.Number({ exclusiveMinimum: 0, description: "Times the workload's own rate" }),
  Type.Object(
    { rps: Type.Number({ exclusiveMinimum: 0, description: 'Requests (or sessions) per second' }) },
    closed,
  ),
]);

export const LabSchema = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1 })),
    description: Type.Optional(Type.String()),
    seed: Type.Optional(Type.Integer({ minimum: 0, description: 'First seed; default 1' })),
    seeds: Type.Optional(Type.Integer({ minimum: 1, description: 'Runs of every cell; default 5' })),
    policies: Type.Array(PolicySchema, { minItems: 1, description: 'The first one is the baseline' }),
    workloads: record(WorkloadSchema),
    loads: Type.Optional(Type.Array(LoadSchema, { minItems: 1, description: 'Default: [1]' })),
    fleet: Type.Optional(FleetSchema),
    fleets: Type.Optional(record(FleetSchema)),
    router: Type.Optional(
      Type.Object(fieldsOf(RouterSchema, ['scrapeIntervalMs', 'allowExperimentalPlugins']), closed),
    ),
    metrics: Type.Optional(
      Type.Array(Type.String(), { minItems: 1, description: 'Figures to compare, e.g. ttftMs.p95' }),
    ),
    counterfactuals: Type.Optional(
      Type.Object(
        {
          decisions: Type.Optional(
            Type.Integer({ minimum: 1, maximum: 1000, description: 'Decisions of each cell; default 10' }),
          ),
          alternatives: Type.Optional(
            Type.Integer({ minimum: 1, maximum: 64, description: 'Of each decision, best first; default 3' }),
          ),
        },
        { ...closed, description: 'What sampled decisions cost against their alternatives' },
      ),
    ),
    slo: Type.Optional(SloSchema),
    run: Type.Optional(RunSchema),
    prices: Type.Optional(PricesSchema),
    clients: Type.Optional(ClientsSchema),
    faults: Type.Optional(Type.Array(FaultSchema)),
    calibration: Type.Optional(CalibrationSchema),
  },
  { ...closed, $id: 'https://drydock.dev/schema/lab-1.json', title: 'Drydock lab' },
);

export type PolicySpec = Static<typeof PolicySchema>;
export type LoadSpec = Static<typeof LoadSchema>;
export type Lab = Static<typeof LabSchema>;
