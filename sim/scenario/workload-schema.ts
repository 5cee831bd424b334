/** The `workload` of a scenario: arrivals, lengths, prefixes, sessions, traces. */
import type { Static } from 'typebox';
import * as Type from 'typebox/type';
import { closed, count, nonNegative, positive, record } from './schema-atoms.ts';

const bounds = {
  min: Type.Optional(nonNegative('Values below are raised to this, tokens')),
  max: Type.Optional(positive('Values above are lowered to this, tokens')),
};

/** A distribution of token counts. */
export const LengthSchema = Type.Union(
  [
    Type.Object({ dist: Type.Literal('constant'), value: nonNegative('Tokens'), ...bounds }, closed),
    Type.Object(
      { dist: Type.Literal('uniform'), ...bounds, min: nonNegative('Tokens'), max: positive('Tokens') },
      closed,
    ),
    Type.Object(
      {
        dist: Type.Literal('lognormal'),
        mean: positive('Mean, tokens'),
        cv: nonNegative('Standard deviation over mean'),
        ...bounds,
      },
      closed,
    ),
    Type.Object(
      {
        dist: Type.Literal('empirical'),
        quantiles: Type.Array(
          Type.Tuple([Type.Number({ minimum: 0, maximum: 1 }), Type.Number({ minimum: 0 })]),
          {
            minItems: 2,
            description: 'Pairs [quantile 0..1, tokens], ascending; linear in between',
          },
        ),
        ...bounds,
      },
      closed,
    ),
  ],
  { description: 'Distribution of token counts' },
);

const gapCv = Type.Number({ exclusiveMinimum: 0, maximum: 100, description: 'CV of gaps; 1 is Poisson' });

/** How requests (or sessions) arrive. */
export const ArrivalsSchema = Type.Union(
  [
    Type.Object({ process: Type.Literal('poisson'), rateRps: positive('Requests per second') }, closed),
    Type.Object(
      {
        process: Type.Literal('gamma'),
        rateRps: positive('Requests per second'),
        cv: gapCv,
      },
      closed,
    ),
    Type.Object(
      {
        process: Type.Literal('weibull'),
        rateRps: positive('Requests per second'),
        cv: gapCv,
      },
      closed,
    ),
    Type.Object({ process: Type.Literal('constant'), rateRps: positive('Requests per second') }, closed),
    Type.Object(
      {
        process: Type.Literal('stages'),
        of: Type.Optional(
          Type.Union([Type.Literal('poisson'), Type.Literal('constant')], {
            description: 'Arrivals within a stage; default poisson',
          }),
        ),
        stages: Type.Array(
          Type.Object(
            { rateRps: nonNegative('Requests per second'), durationS: positive('Seconds') },
            closed,
          ),
          { minItems: 1 },
        ),
        drainBetween: Type.Optional(
          Type.Boolean({ description: 'A stage starts only once every request of the one before has ended' }),
        ),
      },
      closed,
    ),
    Type.Object(
      {
        process: Type.Literal('closedLoop'),
        concurrency: count('Clients; each sends its next request when the last one has ended'),
        thinkTimeS: Type.Optional(nonNegative('Pause between, seconds')),
      },
      closed,
    ),
    Type.Object(
      { process: Type.Literal('burst'), requests: count('Requests that all arrive at time 0') },
      closed,
    ),
  ],
  { description: 'Arrival process' },
);

const PrefixesSchema = Type.Object(
  {
    groups: count('Distinct shared prefixes'),
    tokens: positive('Length of a shared prefix, tokens; added before `input`'),
    zipf: Type.Optional(nonNegative('Zipf exponent of group popularity; 0 (default) is uniform')),
  },
  { ...closed, description: 'Shared prompt prefixes' },
);

const SessionsSchema = Type.Object(
  {
    turns: Type.Union([count('Turns of every session'), LengthSchema]),
    thinkTimeS: Type.Union([nonNegative('Pause before the next turn, seconds'), LengthSchema], {
      description: 'Pause between an answer and the next turn, seconds',
    }),
  },
  {
    ...closed,
    description:
      'Multi-turn sessions: arrivals start sessions; each turn sends the whole history and a new `input`',
  },
);

const ClassSchema = Type.Object(
  {
    name: Type.String({ minLength: 1 }),
    weight: positive('Share of requests, relative to the other classes'),
    input: Type.Optional(LengthSchema),
    output: Type.Optional(LengthSchema),
    prefixes: Type.Optional(PrefixesSchema),
    priority: Type.Optional(
      Type.Integer({ description: 'Request priority (InferenceObjective); larger is more important' }),
    ),
    tenant: Type.Optional(Type.String({ description: 'Fairness id' })),
    model: Type.Optional(Type.String({ description: 'Model or adapter that the request names' })),
    adapters: Type.Optional(
      Type.Object(
        {
          name: Type.String({ minLength: 1, description: 'Group of adapters of a pool' }),
          count: count('Adapters of the group that are asked for: `name-0` ...'),
          zipf: Type.Optional(nonNegative('Zipf exponent of their popularity; 0 (default) is uniform')),
        },
        { ...closed, description: 'Requests name an adapter drawn from a group, in place of `model`' },
      ),
    ),
    headers: Type.Optional(
      record(Type.String(), {
        pattern: '^[a-z0-9-]+$',
        description: 'Request headers, e.g. x-llm-d-inference-objective; lower-case names',
      }),
    ),
  },
  closed,
);

const workloadName = Type.Optional(
  Type.String({ minLength: 1, description: 'Name in tables; omitted: the kind or format' }),
);

/** Where requests come from. */
export const WorkloadSchema = Type.Union(
  [
    Type.Object(
      {
        kind: Type.Literal('synthetic'),
        name: workloadName,
        arrivals: ArrivalsSchema,
        input: LengthSchema,
        output: LengthSchema,
        maxTokens: Type.Optional(
          count('Output limit that clients send; omitted: each request sends its true output length'),
        ),
        prefixes: Type.Optional(PrefixesSchema),
        sessions: Type.Optional(SessionsSchema),
        classes: Type.Optional(Type.Array(ClassSchema, { minItems: 1 })),
      },
      closed,
    ),
    Type.Object(
      {
        kind: Type.Literal('trace'),
        name: workloadName,
        format: Type.Union(
          [
            Type.Literal('mooncake'),
            Type.Literal('azure'),
            Type.Literal('burstgpt'),
            Type.Literal('drydock'),
            Type.Literal('servegen'),
            Type.Literal('vllm-bench'),
            Type.Literal('inference-perf'),
            Type.Literal('guidellm'),
            Type.Literal('blis'),
            Type.Literal('auto'),
          ],
          { description: 'Trace format; auto: found by content' },
        ),
        path: Type.Optional(Type.String({ description: 'Trace file; --trace fills it' })),
        window: Type.Optional(
          Type.Object(
            { fromS: Type.Optional(nonNegative('Seconds')), toS: Type.Optional(positive('Seconds')) },
            { ...closed, description: 'Part of the trace to replay, seconds from its first row' },
          ),
        ),
        rateScale: Type.Optional(positive('Arrival rates are multiplied by this; 2 halves every gap')),
        jitterMs: Type.Optional(
          nonNegative(
            'Uniform shift in [0, jitterMs) of each time stamp, for traces with quantised time stamps',
          ),
        ),
        limit: Type.Optional(count('Rows to replay at most')),
        badRows: Type.Optional(
          Type.Union([Type.Literal('stop'), Type.Literal('skip')], {
            description: 'What to do about rows that cannot be read: stop (default), or skip and count them',
          }),
        ),
      },
      closed,
    ),
    Type.Object(
      {
        kind: Type.Literal('preset'),
        name: Type.String({ description: 'Name of a built-in workload (`drydock presets`)' }),
        rateRps: Type.Optional(positive('Requests per second, in place of the preset rate')),
      },
      closed,
    ),
  ],
  { description: 'Workload' },
);

export type LengthSpec = Static<typeof LengthSchema>;
export type ArrivalsSpec = Static<typeof ArrivalsSchema>;
export type WorkloadSpec = Static<typeof WorkloadSchema>;
export type SyntheticSpec = Extract<WorkloadSpec, { kind: 'synthetic' }>;
export type TraceSpec = Extract<WorkloadSpec, { kind: 'trace' }>;
