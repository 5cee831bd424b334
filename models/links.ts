/** The links, grouped by kind in link/; look-up by id, and the default links of a GPU. */
import { findById } from './find.ts';
import { HOST_LINKS } from './link/host.ts';
import { NETWORK_LINKS } from './link/network.ts';
import { SCALE_UP_LINKS } from './link/scale-up.ts';
import type { GpuSpec, LinkSpec } from './schema.ts';

/** All links. */
export const LINKS: readonly LinkSpec[] = [...SCALE_UP_LINKS, ...HOST_LINKS, ...NETWORK_LINKS];

/**
 * The link of that id; `path` is where the id stands in the user's document. Throws ConfigError when unknown.
 */
export function findLink(id: string, path = 'link'): LinkSpec {
  return findById(LINKS, id, { path, what: 'link', list: 'drydock catalog links' });
}

/** RDMA links by rate, slowest first: the default network of a GPU with a NIC of that rate. */
const NETWORK_BY_GBPS = ['roce-200', 'roce-400', 'roce-800'] as const;

/**
 * The network between nodes that a GPU usually has: RoCE at the rate of its NIC, TCP below 200 Gbit/s. GPUs
 * with a NIC of unknown rate are taken to have 100 Gbit/s Ethernet.
 */
export function defaultNetwork(gpu: GpuSpec): LinkSpec {
  const gbps = gpu.nicGbps ?? 100;
  if (gbps < 100) return findLink('tcp-25g');
  if (gbps < 200) return findLink('tcp-100g');
  if (gbps < 400) return findLink(NETWORK_BY_GBPS[0]);
  return findLink(gbps < 800 ? NETWORK_BY_GBPS[1] : NETWORK_BY_GBPS[2]);
}

/** The link between GPUs of one node: the scale-up link of the generation, or PCIe where there is none. */
export function defaultScaleUp(gpu: GpuSpec): LinkSpec {
  const nominal = gpu.scaleUpGBps;
  if (nominal === null) return defaultHostLink(gpu);
  const known = SCALE_UP_LINKS.find((link) => link.nominalGBps === nominal && speaks(link, gpu));
  if (known !== undefined) return known;
  return {
    id: `scale-up-${gpu.id}`,
    name: `Scale-up of ${gpu.name}`,
    kind: 'scale-up',
    nominalGBps: nominal,
    achievedGBps: nominal * 0.8,
    baseUs: 5,
    sources: gpu.sources,
    assumed: ['achievedGBps', 'baseUs'],
  };
}

/** PCIe of the GPU's generation. */
export function defaultHostLink(gpu: GpuSpec): LinkSpec {
  const pcie = HOST_LINKS.filter((link) => link.kind === 'pcie' && link.nominalGBps <= gpu.pcieGBps);
  return pcie.at(-1) ?? findLink('pcie3x16');
}

const LINK_PREFIX: Readonly<Record<string, string>> = {
  NVIDIA: 'nvlink',
  AMD: 'xgmi',
  Google: 'ici',
  AWS: 'neuronlink',
};

function speaks(link: LinkSpec, gpu: GpuSpec): boolean {
  const prefix = LINK_PREFIX[gpu.vendor];
  return prefix !== undefined && link.id.startsWith(prefix);
}
