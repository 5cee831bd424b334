/** Links between GPU and host, or between GPUs over PCIe. Figures per GPU and direction. */
import { AI_CONFIGURATOR_COMM, ML_ENGINEERING_NETWORK } from '../link-sources.ts';
import type { LinkSpec } from '../schema.ts';

/** By kind and generation. */
export const HOST_LINKS: readonly LinkSpec[] = [
  {
    id: 'nvlink-c2c-gh',
    name: 'NVLink-C2C Grace-Hopper / Grace-Blackwell',
    kind: 'host',
    nominalGBps: 450,
    achievedGBps: 360,
    baseUs: 7,
    sources: [ML_ENGINEERING_NETWORK],
    assumed: ['achievedGBps', 'baseUs'],
    notes: 'Grace to GPU.',
  },
  {
    id: 'nvlink-c2c-vr',
    name: 'NVLink-C2C Vera-Rubin',
    kind: 'host',
    nominalGBps: 900,
    achievedGBps: 720,
    baseUs: 7,
    sources: [ML_ENGINEERING_NETWORK],
    assumed: ['achievedGBps', 'baseUs'],
    notes: 'Announced.',
  },
  {
    id: 'pcie3x16',
    name: 'PCIe 3.0 x16',
    kind: 'pcie',
    nominalGBps: 15.75,
    achievedGBps: 12.5,
    baseUs: 7,
    sources: [ML_ENGINEERING_NETWORK],
    assumed: ['achievedGBps', 'baseUs'],
  },
  {
    id: 'pcie4x16',
    name: 'PCIe 4.0 x16',
    kind: 'pcie',
    nominalGBps: 31.5,
    achievedGBps: 20.2,
    baseUs: 7,
    sources: [ML_ENGINEERING_NETWORK, AI_CONFIGURATOR_COMM],
    notes: 'Two L40S; 4 to 8 without peer-to-peer fall to 2 to 6 GB/s.',
  },
  {
    id: 'pcie5x16',
    name: 'PCIe 5.0 x16',
    kind: 'pcie',
    nominalGBps: 63,
    achievedGBps: 40.5,
    baseUs: 4.3,
    sources: [ML_ENGINEERING_NETWORK, AI_CONFIGURATOR_COMM],
    notes: 'Two RTX PRO 6000; 30 GB/s with 4, 25 with 8.',
  },
  {
    id: 'pcie6x16',
    name: 'PCIe 6.0 x16',
    kind: 'pcie',
    nominalGBps: 121,
    achievedGBps: 96.8,
    baseUs: 7,
    sources: [ML_ENGINEERING_NETWORK],
    assumed: ['achievedGBps', 'baseUs'],
  },
];
