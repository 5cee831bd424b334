/** `drydock catalog`: the GPUs, models, links and prices that are built in, with where their figures come from. */
import { Argument, type Command } from 'commander';
import { GPUS } from '../../../models/gpus.ts';
import { LINKS } from '../../../models/links.ts';
import { LLMS } from '../../../models/llms.ts';
import { activeParams, totalParams } from '../../../models/params.ts';
import { PRICES } from '../../../models/prices.ts';
import { markdownTable, type Table, textTable } from '../../export/report/table.ts';
import { BUILTIN_CALIBRATIONS } from '../../latency/calibrations.ts';
import { fixed } from '../../metrics/format-figure.ts';
import { calibrationsIn } from '../calibration-files.ts';
import { csv, type Format, json, print } from '../output.ts';
import { formatOption } from '../run-options.ts';

/** A part of the catalogue: its entries as data, and its table. */
interface Part {
  readonly entries: readonly object[];
  readonly table: () => Table;
}

const PARTS: Readonly<Record<string, Part>> = {
  gpus: { entries: GPUS, table: gpuTable },
  models: { entries: LLMS, table: modelTable },
  links: { entries: LINKS, table: linkTable },
  prices: { entries: PRICES, table: priceTable },
  calibrations: {
    get entries() {
      return [...BUILTIN_CALIBRATIONS, ...calibrationsIn('.')];
    },
    table: calibrationTable,
  },
};

export function register(program: Command): void {
  program
    .command('catalog')
    .summary('list GPUs, models, links, prices and calibrations')
    .description('Lists what scenarios can name. `--format json` has every field and its sources.')
    .addArgument(new Argument('[part]', 'what to list; all when omitted').choices(Object.keys(PARTS)))
    .addOption(formatOption())
    .action(list);
}

function list(part: string | undefined, options: { readonly format: Format }): void {
  const names = part === undefined ? Object.keys(PARTS) : [part];
  if (options.format === 'json') {
    const data = Object.fromEntries(names.map((name) => [name, PARTS[name]!.entries]));
    print(json(part === undefined ? data : data[part]));
    return;
  }
  const tables = names.map((name) => PARTS[name]!.table());
  if (options.format === 'csv') print(tables.map((table) => csv(table.header, table.rows)).join('\n'));
  else print(tables.map(options.format === 'md' ? markdownTable : textTable).join('\n'));
}

/** Built-in ones and those of `calibrations/` in the working directory. */
function calibrationTable(): Table {
  const builtin = BUILTIN_CALIBRATIONS.map((c) => [
    c.name,
    c.engine,
    `${c.dense.baseUs} + ${c.dense.perSequenceUs} b`,
    `${c.moe.baseUs} + ${c.moe.perSequenceUs} b`,
    `${c.promptLayerUs} / ${c.promptMoeLayerUs}`,
    `${c.frontEndUs} + ${c.frontEndPerTokenUs} t`,
    c.notes[0] ?? '',
  ]);
  const fitted = calibrationsIn('.').map((c) => {
    const host = `${c.hostBaseUs ?? '-'} + ${c.hostPerSequenceUs ?? '-'} b`;
    const front = `${c.frontEndUs ?? '-'} + ${c.frontEndPerTokenUs ?? '-'} t`;
    const summary = c.fit?.['summary'];
    const text = typeof summary === 'string' ? summary : '';
    return [c.name, c.base ?? 'builtin', host, host, String(c.promptLayerUs ?? '-'), front, text];
  });
  return {
    header: [
      'calibration',
      'engine',
      'host µs dense',
      'host µs experts',
      'prompt µs/layer',
      'front end µs',
      'evidence',
    ],
    textColumns: [1, 2, 3, 4, 5, 6],
    rows: [...builtin, ...fitted],
  };
}

function gpuTable(): Table {
  const rate = (tflops: number | null): string => (tflops === null ? '-' : fixed(tflops, 0));
  return {
    header: [
      'GPU',
      'vendor',
      'memory GiB',
      'GB/s',
      'bf16 TFLOP/s',
      'fp8 TFLOP/s',
      'scale-up GB/s',
      'per node',
    ],
    textColumns: [1],
    rows: GPUS.map((gpu) => [
      gpu.id,
      gpu.vendor,
      fixed(gpu.memoryBytes / 2 ** 30, 1),
      fixed(gpu.memoryGBps, 0),
      rate(gpu.peak.bf16),
      rate(gpu.peak.fp8),
      rate(gpu.scaleUpGBps),
      String(gpu.gpusPerNode),
    ]),
  };
}

function modelTable(): Table {
  return {
    header: ['model', 'params B', 'active B', 'layers', 'context', 'precision', 'Hugging Face id'],
    textColumns: [5, 6],
    rows: LLMS.map((model) => [
      model.id,
      fixed(totalParams(model) / 1e9, 1),
      fixed(activeParams(model) / 1e9, 1),
      String(model.layers),
      fixed(model.maxContextTokens, 0),
      model.nativePrecision,
      model.huggingFace[0] ?? '',
    ]),
  };
}

function linkTable(): Table {
  return {
    header: ['link', 'kind', 'nominal GB/s', 'achieved GB/s', 'base µs'],
    textColumns: [1],
    rows: LINKS.map((link) => [
      link.id,
      link.kind,
      String(link.nominalGBps),
      String(link.achievedGBps),
      String(link.baseUs),
    ]),
  };
}

function priceTable(): Table {
  return {
    header: ['GPU', 'provider', 'purchase', 'term', '$/GPU-hour', 'read on'],
    textColumns: [1, 2, 3, 5],
    rows: PRICES.map((price) => [
      price.gpuId,
      price.provider,
      price.purchase,
      price.term ?? '',
      fixed(price.usdPerGpuHour, 2),
      price.source.date,
    ]),
  };
}
