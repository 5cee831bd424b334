/** Prices of AWS, Azure and GCP, USD per GPU (TPU: per chip) and hour, without tax. */

import { quote } from '../price-quote.ts';
import {
  AWS_CAPACITY_BLOCKS,
  AWS_LISTING,
  DATA_RECEIPTS,
  DSTACK,
  DSTACK_G4,
  GPUHUNT_TPU,
  PUBLIC_CODE,
} from '../price-sources.ts';
import type { PriceSpec } from '../schema.ts';

/** In the order of their sources. */
export const HYPERSCALER_PRICES: readonly PriceSpec[] = [
  quote('h100-sxm', 'AWS', 'on-demand', 6.88, DATA_RECEIPTS, {
    region: 'us-east-1',
    instance: 'p5.48xlarge',
    gpusPerInstance: 8,
  }),
  quote('h100-sxm', 'AWS', 'reserved', 4.326, AWS_CAPACITY_BLOCKS, {
    term: 'capacity block',
    instance: 'p5.48xlarge',
    gpusPerInstance: 8,
  }),
  quote('h200-sxm', 'AWS', 'on-demand', 7.912, DSTACK, {
    region: 'us-east-1',
    instance: 'p5en.48xlarge',
    gpusPerInstance: 8,
  }),
  quote('h200-sxm', 'AWS', 'spot', 3.4, DSTACK, {
    region: 'us-east-1',
    instance: 'p5en.48xlarge',
    gpusPerInstance: 8,
  }),
  quote('h200-sxm', 'AWS', 'on-demand', 8.466, DSTACK, {
    region: 'eu-north-1',
    instance: 'p5en.48xlarge',
    gpusPerInstance: 8,
  }),
  quote('h200-sxm', 'AWS', 'spot', 4.977, DSTACK, {
    region: 'eu-north-1',
    instance: 'p5en.48xlarge',
    gpusPerInstance: 8,
  }),
  quote('h200-sxm', 'AWS', 'reserved', 5.201, AWS_CAPACITY_BLOCKS, {
    term: 'capacity block',
    instance: 'p5en.48xlarge',
    gpusPerInstance: 8,
  }),
  quote('b200-sxm', 'AWS', 'on-demand', 14.242, AWS_LISTING, {
    region: 'us-east-2',
    instance: 'p6-b200.48xlarge',
    gpusPerInstance: 8,
  }),
  quote('b300-sxm', 'AWS', 'on-demand', 17.802, AWS_LISTING, {
    instance: 'p6-b300.48xlarge',
    gpusPerInstance: 8,
  }),
  quote('a100-40gb-sxm', 'AWS', 'on-demand', 2.745, DATA_RECEIPTS, {
    region: 'us-east-1',
    instance: 'p4d.24xlarge',
    gpusPerInstance: 8,
  }),
  quote('a100-80gb-sxm', 'AWS', 'on-demand', 3.431, DATA_RECEIPTS, {
    region: 'us-east-1',
    instance: 'p4de.24xlarge',
    gpusPerInstance: 8,
  }),
  quote('l40s', 'AWS', 'on-demand', 3.766, AWS_LISTING, { instance: 'g6e.48xlarge', gpusPerInstance: 8 }),
  quote('l4', 'AWS', 'on-demand', 1.15, AWS_LISTING, {
    region: 'us-east-2',
    instance: 'g6.12xlarge',
    gpusPerInstance: 4,
  }),
  quote('a10g', 'AWS', 'on-demand', 1.418, AWS_LISTING, {
    region: 'us-east-2',
    instance: 'g5.12xlarge',
    gpusPerInstance: 4,
  }),
  quote('t4', 'AWS', 'on-demand', 0.978, AWS_LISTING, {
    region: 'us-east-2',
    instance: 'g4dn.12xlarge',
    gpusPerInstance: 4,
  }),
  quote('rtx-pro-6000-server', 'AWS', 'on-demand', 4.143, AWS_LISTING, {
    region: 'us-east-2',
    instance: 'g7e.24xlarge',
    gpusPerInstance: 4,
  }),
  quote('h100-sxm', 'Azure', 'on-demand', 12.29, DATA_RECEIPTS, {
    region: 'eastus',
    instance: 'ND96isr_H100_v5',
    gpusPerInstance: 8,
  }),
  quote('h100-nvl', 'Azure', 'on-demand', 6.98, DATA_RECEIPTS, {
    region: 'eastus',
    instance: 'NC40ads_H100_v5',
    gpusPerInstance: 1,
  }),
  quote('a100-80gb-pcie', 'Azure', 'on-demand', 3.673, DATA_RECEIPTS, {
    region: 'eastus',
    instance: 'NC24ads_A100_v4',
    gpusPerInstance: 1,
  }),
  quote('a100-40gb-sxm', 'Azure', 'on-demand', 3.4, DATA_RECEIPTS, {
    region: 'eastus',
    instance: 'ND96asr_A100_v4',
    gpusPerInstance: 8,
  }),
  quote('mi300x', 'Azure', 'on-demand', 6, PUBLIC_CODE, {
    instance: 'ND96isr_MI300X_v5',
    gpusPerInstance: 8,
  }),
  quote('h100-sxm', 'GCP', 'on-demand', 11.061, PUBLIC_CODE, {
    region: 'us-central1',
    instance: 'a3-highgpu-8g',
    gpusPerInstance: 8,
  }),
  quote('h200-sxm', 'GCP', 'on-demand', 10.601, PUBLIC_CODE, {
    region: 'us-central1',
    instance: 'a3-ultragpu-8g',
    gpusPerInstance: 8,
  }),
  quote('a100-80gb-sxm', 'GCP', 'on-demand', 5.069, PUBLIC_CODE, {
    region: 'us-central1',
    instance: 'a2-ultragpu-8g',
    gpusPerInstance: 8,
  }),
  quote('rtx-pro-6000-server', 'GCP', 'on-demand', 4.5, DSTACK_G4, {
    region: 'us-central1',
    instance: 'g4-standard-48',
    gpusPerInstance: 1,
  }),
  quote('tpu-v6e', 'GCP', 'on-demand', 2.7, GPUHUNT_TPU, { region: 'us-east1' }),
  quote('tpu-v6e', 'GCP', 'spot', 1.89, GPUHUNT_TPU, { region: 'us-east1' }),
  quote('tpu-v6e', 'GCP', 'on-demand', 2.97, GPUHUNT_TPU, { region: 'europe-west4' }),
  quote('tpu-v6e', 'GCP', 'spot', 2.08, GPUHUNT_TPU, { region: 'europe-west4' }),
  quote('tpu-v5p', 'GCP', 'on-demand', 4.2, GPUHUNT_TPU, { region: 'us-east5' }),
  quote('tpu-v5p', 'GCP', 'spot', 2.415, GPUHUNT_TPU, { region: 'us-east5' }),
  quote('tpu-v5e', 'GCP', 'on-demand', 1.2, GPUHUNT_TPU, { region: 'us-central1' }),
  quote('tpu-v5e', 'GCP', 'spot', 0.63, GPUHUNT_TPU, { region: 'us-central1' }),
  quote('tpu-v5e', 'GCP', 'on-demand', 1.56, GPUHUNT_TPU, { region: 'europe-west4' }),
  quote('tpu-v5e', 'GCP', 'spot', 0.663, GPUHUNT_TPU, { region: 'europe-west4' }),
];
