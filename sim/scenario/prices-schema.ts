/** The `prices` of a scenario: which price list, own hardware, spot interruptions, energy. Also the content of a price book file. */
import type { Static } from 'typebox';
import * as Type from 'typebox/type';
import { closed, count, nonNegative, positive, record } from './schema-atoms.ts';

const share = (description: string) => Type.Optional(Type.Number({ minimum: 0, maximum: 2, description }));

/** Own hardware of one type. */
const OwnSchema = Type.Object(
  {
    usdPerGpu: positive('Price of an accelerator with its part of node and network, USD'),
    years: Type.Optional(positive('Written off over; default 4')),
    hostingUsdPerGpuHour: Type.Optional(nonNegative('Space, staff, repair, USD per GPU and hour; default 0')),
  },
  closed,
);

/** What energy costs and emits, and how much is drawn. */
export const EnergySchema = Type.Object(
  {
    usdPerKWh: Type.Optional(nonNegative('USD per kWh; default 0.08, an assumption')),
    kgCo2ePerKWh: Type.Optional(nonNegative('kg CO2e per kWh; default 0.37, the US grid')),
    pue: Type.Optional(Type.Number({ minimum: 1, description: 'Facility over IT power; default 1.2' })),
    prefillShare: share('Draw of an accelerator in prompt steps over its TDP; default 0.9'),
    decodeShare: share('In decode steps; default 0.5'),
    idleShare: share('While it waits; default 0.115'),
    hostShare: share('CPUs, NICs and fans per accelerator over its TDP; default 0.5'),
    hours: Type.Optional(
      Type.Array(
        Type.Object(
          {
            fromHour: Type.Number({ minimum: 0, exclusiveMaximum: 24, description: 'Hour of the day' }),
            usdPerKWh: Type.Optional(nonNegative('USD per kWh')),
            kgCo2ePerKWh: Type.Optional(nonNegative('kg CO2e per kWh')),
          },
          closed,
        ),
        {
          minItems: 1,
          description: 'Tariff by time of day: each entry holds until the next, the last over midnight',
        },
      ),
    ),
    startHour: Type.Optional(
      Type.Number({ minimum: 0, exclusiveMaximum: 24, description: 'Hour of the day at time 0; default 0' }),
    ),
  },
  { ...closed, description: 'Energy' },
);

/** Reclaimed machines. */
export const SpotSchema = Type.Object(
  {
    interruptionsPerHour: Type.Optional(
      nonNegative('Of each machine; default that of p5 spot instances on AWS, 15 to 20 % a month'),
    ),
    noticeS: Type.Optional(nonNegative('Warning, in which nothing new is sent there, seconds; default 120')),
    replaceAfterS: Type.Optional(positive('From the loss until a new machine serves, seconds; default 600')),
  },
  { ...closed, description: 'Interruptions of spot machines, drawn from the seed; with purchase: spot' },
);

/** Prices in place of the catalogue's. */
export const PricesSchema = Type.Object(
  {
    gpuHourUsd: Type.Optional(
      record(nonNegative('USD per GPU and hour'), { description: 'By GPU catalogue id' }),
    ),
    provider: Type.Optional(Type.String({ description: 'Take catalogue prices of this provider only' })),
    purchase: Type.Optional(Type.String({ description: 'on-demand (default), reserved, spot, owned' })),
    wholeNodes: Type.Optional(
      Type.Boolean({
        description:
          "Bill whole nodes of the GPU's usual size; default: whole instances of the provider where one is named",
      }),
    ),
    nodeGpus: Type.Optional(count('GPUs of a node that is billed as a whole, in place of the usual size')),
    own: Type.Optional(record(OwnSchema, { description: 'Own hardware by GPU catalogue id' })),
    spot: Type.Optional(SpotSchema),
    energy: Type.Optional(EnergySchema),
  },
  { ...closed, description: 'Prices, own hardware, spot machines, energy' },
);

export type PricesSpec = Static<typeof PricesSchema>;
export type EnergySpec = Static<typeof EnergySchema>;
