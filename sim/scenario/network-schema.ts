/** Links between replicas: NICs, and with a topology nodes, racks and the spine. */
import type { Static } from 'typebox';
import * as Type from 'typebox/type';
import { closed, count, nonNegative, positive } from './schema-atoms.ts';

/** A link of the catalogue, or its figures. */
export const LinkSchema = Type.Union(
  [
    Type.String({ description: 'Catalogue id (`drydock catalog links`)' }),
    Type.Object(
      { GBps: positive('Bandwidth per direction and GPU, GB/s'), baseUs: nonNegative('Base latency, µs') },
      closed,
    ),
  ],
  { description: 'Link that carries KV between pools' },
);

const TopologySchema = Type.Object(
  {
    gpusPerNode: Type.Optional(count('GPUs of a node; default: as sold, or `node.gpus` of the pool')),
    nodesPerRack: Type.Optional(count('Nodes of a rack; default: one rack')),
    nicsPerNode: Type.Optional(
      count('NICs that a node shares, each of the rate of kvLink; default: one to a GPU'),
    ),
    scaleUp: Type.Optional(LinkSchema),
    spineGBps: Type.Optional(
      positive('Bandwidth between a rack and the spine, each way, GB/s; default: it does not bind'),
    ),
    spineBaseUs: Type.Optional(nonNegative('Latency that crossing the spine adds, µs; default 0')),
  },
  {
    ...closed,
    description:
      'Nodes and racks: KV stays within a node where both replicas stand in it (scaleUp: NVLink, or PCIe where there is none)',
  },
);

export const NetworkSchema = Type.Object(
  {
    kvLink: Type.Optional(LinkSchema),
    messageRatePerS: Type.Optional(
      positive(
        'Messages that a NIC sends per second; a pull has one for each layer, block, and keys or values',
      ),
    ),
    topology: Type.Optional(TopologySchema),
    placement: Type.Optional(
      Type.Union([Type.Literal('packed'), Type.Literal('spread')], {
        description: 'packed (default): a node is filled before the next; spread: every pool over all nodes',
      }),
    ),
  },
  { ...closed, description: 'Links between pools; default: the NIC of each GPU type' },
);

export type NetworkSpec = Static<typeof NetworkSchema>;
