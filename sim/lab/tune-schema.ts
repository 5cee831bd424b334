/** The document of `drydock tune`: a configuration, what of it may change, and what is to get better. */
import type { Static } from 'typebox';
import * as Type from 'typebox/type';
import { FleetSchema, WorkloadSchema } from '../scenario/schema.ts';
import { fieldsOf, record } from '../scenario/schema-atoms.ts';
import { LabSchema, PolicySchema } from './schema.ts';

const closed = { additionalProperties: false } as const;

/** One number of the configuration that may change: a weight or a parameter. */
export const KnobSchema = Type.Object(
  {
    weight: Type.Optional(
      Type.String({ description: 'Name of a scorer: its weight in the profiles that have it' }),
    ),
    profile: Type.Optional(Type.String({ description: 'The weight in this profile only' })),
    parameter: Type.Optional(Type.String({ description: '<plugin>.<parameter>, in place of weight' })),
    min: Type.Optional(Type.Number()),
    max: Type.Optional(Type.Number()),
    scale: Type.Optional(
      Type.Union([Type.Literal('linear'), Type.Literal('log')], { description: 'Default linear' }),
    ),
    integer: Type.Optional(Type.Boolean()),
    values: Type.Optional(Type.Array(Type.Number(), { minItems: 2, description: 'In place of min and max' })),
  },
  closed,
);

export const TuneSchema = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1 })),
    description: Type.Optional(Type.String()),
    start: Type.Object(fieldsOf(PolicySchema, ['baseline', 'config', 'plugin', 'schedulingPolicy']), {
      ...closed,
      description: 'The policy to start from, as in a lab',
    }),
    search: Type.Array(KnobSchema, { minItems: 1 }),
    goal: Type.String({ description: 'A figure to improve, e.g. ttftMs.p99 or slo.goodputPerUsd' }),
    candidates: Type.Optional(
      Type.Integer({ minimum: 2, maximum: 10_000, description: 'Of round 1; default 27' }),
    ),
    eta: Type.Optional(
      Type.Integer({ minimum: 2, description: 'One in eta goes on, with eta times the seeds; default 3' }),
    ),
    rounds: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 5,
        description: 'Each later one around the best so far; default 2',
      }),
    ),
    seed: Type.Optional(Type.Integer({ minimum: 0, description: 'First seed of the search; default 1' })),
    seeds: Type.Optional(Type.Integer({ minimum: 1, description: 'Most seeds of a candidate; default 9' })),
    workloads: record(WorkloadSchema),
    fleet: FleetSchema,
    ...fieldsOf(LabSchema, ['loads', 'router', 'slo', 'run', 'prices', 'clients', 'faults', 'calibration']),
    heldOut: Type.Optional(
      Type.Object(
        {
          workloads: Type.Optional(record(WorkloadSchema)),
          seed: Type.Optional(Type.Integer({ minimum: 0, description: 'Default 101' })),
          seeds: Type.Optional(Type.Integer({ minimum: 2, description: 'Default 8' })),
        },
        { ...closed, description: 'What the verdict is given on; the search never sees it' },
      ),
    ),
  },
  { ...closed, $id: 'https://drydock.dev/schema/tune-1.json', title: 'Drydock tuning' },
);

export type Tune = Static<typeof TuneSchema>;
export type KnobSpec = Static<typeof KnobSchema>;
