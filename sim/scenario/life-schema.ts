/** The life of a fleet: clients that give up or ask again, faults, scaling. */
import type { Static } from 'typebox';
import * as Type from 'typebox/type';
import { closed, count, nonNegative, positive, record } from './schema-atoms.ts';

/** What clients do when an answer is late or lost. */
export const ClientsSchema = Type.Object(
  {
    timeoutS: Type.Optional(positive('A client gives up a request after this time, seconds; default: never')),
    retries: Type.Optional(
      Type.Integer({ minimum: 0, description: 'A failed request is sent again so many times; default 0' }),
    ),
    backoffS: Type.Optional(nonNegative('Pause before it is sent again, seconds; default 1')),
    cancel: Type.Optional(
      Type.Object(
        {
          share: Type.Number({
            exclusiveMinimum: 0,
            maximum: 1,
            description: 'Share of clients that hang up if the answer is not complete in time',
          }),
          afterS: positive(
            'Patience of these clients, seconds after they have asked; the mean if exponential',
          ),
          distribution: Type.Optional(
            Type.Union([Type.Literal('exponential'), Type.Literal('constant')], {
              description: 'Default exponential',
            }),
          ),
        },
        { ...closed, description: 'Clients that cancel of their own accord' },
      ),
    ),
  },
  { ...closed, description: 'Client behaviour' },
);

const struck = {
  pool: Type.String({ description: 'Pool name' }),
  replica: Type.Integer({ minimum: 0, description: 'Replica within the pool, from 0' }),
  atS: nonNegative('Strikes at this time, seconds'),
} as const;

const linked = {
  pool: struck.pool,
  replica: Type.Optional(
    Type.Integer({ minimum: 0, description: 'Replica within the pool, from 0; default: all there are' }),
  ),
  atS: struck.atS,
} as const;

/** Things that go wrong. */
export const FaultSchema = Type.Union(
  [
    Type.Object(
      {
        kind: Type.Literal('crash'),
        ...struck,
        recoverAfterS: Type.Optional(
          positive('A fresh instance serves after this time, seconds; default: never'),
        ),
        detectAfterS: Type.Optional(
          nonNegative('The router goes on sending to the dead instance so long, seconds; default 1'),
        ),
      },
      closed,
    ),
    Type.Object(
      {
        kind: Type.Literal('slow'),
        ...struck,
        durationS: positive('Seconds'),
        factor: Type.Number({ exclusiveMinimum: 1, description: 'Steps last so many times longer' }),
      },
      closed,
    ),
    Type.Object(
      {
        kind: Type.Literal('drain'),
        ...struck,
        returnAfterS: Type.Optional(
          positive('Takes requests again after this time, seconds; default: never'),
        ),
      },
      closed,
    ),
    Type.Object({ kind: Type.Literal('scrapeLoss'), ...struck, durationS: positive('Seconds') }, closed),
    Type.Object(
      {
        kind: Type.Literal('linkSlow'),
        ...linked,
        durationS: positive('Seconds'),
        factor: Type.Number({ exclusiveMinimum: 1, description: 'KV links carry so many times less' }),
      },
      closed,
    ),
    Type.Object(
      {
        kind: Type.Literal('linkCut'),
        ...linked,
        to: Type.Optional(
          Type.String({ description: 'Cut only the way from `pool` (prefill) to this pool (decode)' }),
        ),
        durationS: positive('Seconds'),
      },
      closed,
    ),
    Type.Object(
      {
        kind: Type.Literal('transferError'),
        pool: Type.Optional(Type.String({ description: 'Transfers into this pool; default: all' })),
        atS: nonNegative('Strikes at this time, seconds'),
        durationS: Type.Optional(positive('Seconds; default: to the end')),
        probability: Type.Number({
          exclusiveMinimum: 0,
          maximum: 1,
          description: 'Share of KV transfers that break off, at a random point of their way',
        }),
      },
      closed,
    ),
  ],
  {
    description:
      'A fault: crash (everything on the instance is lost), slow node, drain, loss of metrics, KV links that are slow or ' +
      'cut, KV transfers that fail',
  },
);

const startUp = {
  startDelayS: Type.Optional(
    nonNegative('Time until a new replica serves, seconds; in place of bootS and load'),
  ),
  bootS: Type.Optional(nonNegative('Until a new replica starts to read weights, seconds; default 60')),
  load: Type.Optional(
    Type.Object(
      {
        from: Type.Union(
          [Type.Literal('disk'), Type.Literal('sharedFs'), Type.Literal('remote'), Type.Literal('peer')],
          {
            description:
              'Where weights are read from: local disk (5 GB/s), shared file system (2), object store (1), or a ' +
              'serving replica over the KV link',
          },
        ),
        GBps: Type.Optional(positive('Read rate of one replica in place of the default, GB/s')),
      },
      { ...closed, description: 'Load path of the weights; default sharedFs' },
    ),
  ),
} as const;

/** How a new replica comes up. */
export const StartUpSchema = Type.Object(startUp, closed);

/** Scaling of a pool by a signal. */
export const AutoscalerSchema = Type.Array(
  Type.Object(
    {
      pool: Type.String({ description: 'Pool name' }),
      min: Type.Integer({
        minimum: 0,
        description: 'Fewest replicas; with 0 requests wait for a cold start',
      }),
      max: count('Most replicas'),
      metric: Type.Union(
        [
          Type.Literal('waiting'),
          Type.Literal('inFlight'),
          Type.Literal('kvUsage'),
          Type.Literal('busy'),
          Type.Literal('ttftP95Ms'),
          Type.Literal('tpotP95Ms'),
        ],
        {
          description:
            'Per replica: waiting requests, requests in flight, used KV share, share of time in steps; or a latency ' +
            'of the pool in ms',
        },
      ),
      target: positive('Value of the metric that is aimed at'),
      windowS: Type.Optional(positive('Latencies of the last so many seconds count; default 60')),
      intervalS: Type.Optional(positive('Period of decisions, seconds; default 15')),
      ...startUp,
      stabilizationS: Type.Optional(
        nonNegative('Scales down to the highest wish of this time, seconds; default 300'),
      ),
    },
    closed,
  ),
  {
    description:
      'Horizontal scaling: desired = ceil(sum of the metric / target), or for latencies ceil(replicas * p95 / target), ' +
      'within min and max',
  },
);

/** A change of engine that goes through a pool replica by replica. */
export const RolloutSchema = Type.Array(
  Type.Object(
    {
      pool: Type.String({ description: 'Pool name' }),
      atS: nonNegative('Starts at this time, seconds'),
      maxUnavailable: Type.Optional(
        Type.Integer({ minimum: 0, description: 'So many fewer replicas may serve meanwhile; default 1' }),
      ),
      maxSurge: Type.Optional(
        Type.Integer({ minimum: 0, description: 'So many more machines may be held meanwhile; default 0' }),
      ),
      graceS: Type.Optional(
        nonNegative('A replica is stopped so long after it was taken out, empty or not; default: when empty'),
      ),
      engine: Type.Optional(
        Type.Object(
          {
            version: Type.Optional(Type.String({ description: 'New preset version' })),
            args: Type.Optional(
              record(Type.Union([Type.Number(), Type.String(), Type.Boolean()]), {
                description: 'Arguments to change or add',
              }),
            ),
          },
          { ...closed, description: 'What is new; omitted: a restart' },
        ),
      ),
      ...startUp,
    },
    closed,
  ),
  { description: 'Rolling changes: every replica of a pool is drained and replaced in turn' },
);

export type RolloutSpec = Static<typeof RolloutSchema>;
export type ClientsSpec = Static<typeof ClientsSchema>;
export type FaultSpec = Static<typeof FaultSchema>;
export type StartUpSpec = Static<typeof StartUpSchema>;
export type AutoscalerSpec = Static<typeof AutoscalerSchema>;
