/** KV tiers below the GPU: of a pool (host memory, disk), and the store that a fleet shares. */
import type { Static } from 'typebox';
import * as Type from 'typebox/type';
import { closed, count, nonNegative, positive } from './schema-atoms.ts';

const tier = {
  GiB: positive('Size, GiB'),
  baseUs: Type.Optional(nonNegative('Look-up and set-up of one load or write, µs')),
  chunkTokens: Type.Optional(
    count('Tokens of a chunk; hits and writes come in whole chunks (default: a block; of a store 256)'),
  ),
  stores: Type.Optional(
    Type.Union([Type.Literal('prompt'), Type.Literal('all')], {
      description: 'What is written: prompts (default), or outputs too once they are complete',
    }),
  ),
} as const;

/** Tiers of every replica of a pool, each its own. */
export const KvTiersSchema = Type.Array(
  Type.Union([
    Type.Object(
      {
        kind: Type.Literal('cpu'),
        ...tier,
        GBps: Type.Optional(
          positive('Bandwidth between a GPU and the host, each way, GB/s; default: PCIe of the GPU'),
        ),
      },
      closed,
    ),
    Type.Object(
      {
        kind: Type.Literal('disk'),
        ...tier,
        GBps: Type.Optional(positive('Bandwidth of reads by one replica, GB/s; default 7')),
        writeGBps: Type.Optional(positive('Bandwidth of writes, GB/s; default 5')),
      },
      closed,
    ),
  ]),
  { minItems: 1, description: 'KV tiers of each replica below its GPUs; GiB per replica' },
);

/** A store of KV that all pools of a fleet read and write over their NICs. */
export const KvStoreSchema = Type.Object(
  {
    ...tier,
    GBps: Type.Optional(
      positive('Bandwidth of the whole store, each way, GB/s; default: only the NICs of replicas bind'),
    ),
    handover: Type.Optional(
      Type.Union([Type.Literal('pull'), Type.Literal('store')], {
        description:
          'How the KV of a prefill leg reaches the decode side: pulled from its instance (default), or through the store',
      }),
    ),
    rack: Type.Optional(
      Type.Integer({
        minimum: 0,
        description: 'Rack that it stands in, from 0; default: one of its own (with `network.topology`)',
      }),
    ),
    leaseS: Type.Optional(
      nonNegative('What was read is not evicted for so long, seconds; default 10 (Mooncake)'),
    ),
    visibleAfterMs: Type.Optional(nonNegative('From the end of a write until others find it, ms; default 0')),
    evictionWatermark: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 1,
        description: 'Used share above which it evicts; default 0.9',
      }),
    ),
    evictionShare: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        description: 'Share of its size that it frees then; default 0.05',
      }),
    ),
  },
  { ...closed, description: 'KV store shared by all replicas of the fleet (Mooncake Store, LMCache remote)' },
);

export type KvTierSpec = Static<typeof KvTiersSchema>[number];
export type KvStoreSpec = Static<typeof KvStoreSchema>;
