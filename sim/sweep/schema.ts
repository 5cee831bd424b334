/** The sweep document, as TypeBox schemas: a scenario, what of it varies, and how much load it gets. */
import type { Static } from 'typebox';
import * as Type from 'typebox/type';
import { closed, count, positive, record } from '../scenario/schema-atoms.ts';

const AxisSchema = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1, description: 'Default: the path' })),
    path: Type.Optional(Type.String({ description: 'Field of the scenario, e.g. fleet.pools[0].replicas' })),
    values: Type.Optional(
      Type.Array(Type.Unknown(), { minItems: 1, description: 'What the field is set to' }),
    ),
    points: Type.Optional(
      Type.Array(
        Type.Object(
          {
            name: Type.String({ minLength: 1 }),
            set: record(Type.Unknown(), { description: 'Values by path' }),
          },
          closed,
        ),
        { minItems: 1, description: 'In place of path and values: named points that set several fields' },
      ),
    ),
  },
  closed,
);

const LoadAxisSchema = Type.Object(
  {
    factors: Type.Optional(
      Type.Array(positive("Times the workload's own rate"), { minItems: 1, description: 'Default: [1]' }),
    ),
    rps: Type.Optional(
      Type.Array(positive('Requests (or sessions) per second'), {
        minItems: 1,
        description: 'In place of factors: rates, for workloads that have one',
      }),
    ),
    adaptive: Type.Optional(
      Type.Boolean({ description: 'Add loads until the knee and the peak are found; default true' }),
    ),
    width: Type.Optional(
      Type.Number({
        minimum: 0.001,
        maximum: 1,
        description:
          'Relative distance of the loads on both sides of the knee at which it is found; default 0.05',
      }),
    ),
    least: Type.Optional(positive('Smallest load tried; default 1/64 of the smallest listed')),
    most: Type.Optional(positive('Largest load tried; default 64 times the largest listed')),
  },
  { ...closed, description: 'The load axis; omitted: the load of the scenario' },
);

export const SweepSchema = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1 })),
    description: Type.Optional(Type.String()),
    seed: Type.Optional(
      Type.Integer({ minimum: 0, description: "First seed; default: the scenario's, or 1" }),
    ),
    seeds: Type.Optional(count('Runs of every point, with seeds S, S+1, ...; default 3')),
    scenario: Type.Union([Type.String({ description: 'Path of a scenario file' }), record(Type.Unknown())], {
      description: 'What is varied',
    }),
    axes: Type.Optional(
      Type.Array(AxisSchema, { description: 'The grid: every combination, the last axis fastest' }),
    ),
    load: Type.Optional(LoadAxisSchema),
  },
  { ...closed, $id: 'https://drydock.dev/schema/sweep-1.json', title: 'Drydock sweep' },
);

export type AxisSpec = Static<typeof AxisSchema>;
export type LoadAxisSpec = Static<typeof LoadAxisSchema>;
/** A sweep whose scenario stands in it. */
export type Sweep = Omit<Static<typeof SweepSchema>, 'scenario'> & {
  readonly scenario: Readonly<Record<string, unknown>>;
};
