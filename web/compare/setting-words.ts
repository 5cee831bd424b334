/**
 * Settings of a fleet in words, with their units, as the form beside the comparison calls them. What has no word of its own is read
 * off its path: `engine.args` keep the names that the engine gives them, the rest is its last parts, spelt out.
 */

/** What a setting is called, and the unit of its number; '' for none. */
export interface SettingWords {
  readonly words: string;
  readonly unit: string;
}

type Named = readonly [words: string, unit?: string];

/** By path within a pool. */
const OF_POOL: Readonly<Record<string, Named>> = {
  role: ['Serves'],
  replicas: ['Replicas'],
  gpu: ['GPU'],
  model: ['Served model'],
  'model.config': ['Served model, its config'],
  'engine.name': ['Engine'],
  'engine.version': ['Engine version'],
  'engine.args.max_num_batched_tokens': ['Tokens per step'],
  'engine.args.max_num_seqs': ['Sequences per step'],
  'engine.args.gpu_memory_utilization': ['Share of GPU memory used'],
  'engine.schedulingPolicy.type': ['Order of the engine’s queue'],
  'parallel.tp': ['GPUs per replica (TP)'],
  'parallel.pp': ['Pipeline stages (PP)'],
  'parallel.dp': ['Data parallel size (DP)'],
  'parallel.ep': ['Expert parallel size (EP)'],
  'precision.weights': ['Precision of weights'],
  'precision.kv': ['Precision of KV'],
  link: ['Link between its GPUs'],
  'link.GBps': ['Link between its GPUs', 'GB/s per GPU'],
  'link.baseUs': ['Latency of the link between its GPUs', 'µs'],
  'node.gpus': ['GPUs per node'],
};

/** By path within a fleet. */
const OF_FLEET: Readonly<Record<string, Named>> = {
  'network.kvLink': ['KV link'],
  'network.kvLink.GBps': ['KV link', 'GB/s per GPU'],
  'network.kvLink.baseUs': ['Latency of the KV link', 'µs'],
  'network.messageRatePerS': ['Messages of a NIC', '/s'],
  'network.placement': ['Placement over nodes'],
  'network.topology.gpusPerNode': ['GPUs per node'],
  'network.topology.nodesPerRack': ['Nodes per rack'],
  'network.topology.nicsPerNode': ['NICs per node'],
  'network.topology.spineGBps': ['Link to the spine', 'GB/s per rack'],
  'network.topology.spineBaseUs': ['Latency of the spine', 'µs'],
  'router.scrapeIntervalMs': ['Metrics read every', 'ms'],
  'router.allowExperimentalPlugins': ['Router plugins of Alpha stability'],
};

/** Units that names of fields end in. */
const UNIT_ENDS: readonly (readonly [end: RegExp, unit: string])[] = [
  [/PerS$/, '/s'],
  [/GBps$/, 'GB/s'],
  [/GiB$/, 'GiB'],
  [/Ms$/, 'ms'],
  [/Us$/, 'µs'],
  [/S$/, 's'],
];

/** What the settings of this path are called. */
export function settingWords(path: string): SettingWords {
  const [pool, rest] = inPool(path);
  if (pool === null) return named(OF_FLEET[path]) ?? spelt(path);
  const { words, unit } = named(OF_POOL[rest]) ?? spelt(rest);
  return { words: `${words}, ${poolWords(pool)}`, unit };
}

/** A value as its reader would say it, with its unit. */
export function settingValue(path: string, value: string): string {
  const { unit } = settingWords(path);
  const isRole = path.endsWith('.role') && inPool(path)[0] !== null;
  if (isRole && value === 'both') return 'prefill and decode';
  if (value === 'true' || value === 'false') return value === 'true' ? 'yes' : 'no';
  const shown = /^\d{5,}$/.test(value) ? value.replace(/\B(?=(\d{3})+$)/g, ',') : value;
  return unit === '' || Number.isNaN(Number(value)) ? shown : `${shown}\u00a0${unit}`;
}

/** `pools.prefill.parallel.tp`: the pool, and what of it; names of pools may have dots only where none can be told from a path. */
function inPool(path: string): readonly [pool: string | null, rest: string] {
  const match = /^pools\.([^.]+)\.(.+)$/.exec(path);
  return match === null ? [null, path] : [match[1]!, match[2]!];
}

/** A pool that is the whole fleet needs no name. */
function poolWords(pool: string): string {
  return pool === 'all' ? 'all replicas' : `pool ${pool}`;
}

function named(entry: Named | undefined): SettingWords | null {
  return entry === undefined ? null : { words: entry[0], unit: entry[1] ?? '' };
}

/** The last parts of a path: `kvTiers.0.sizeGiB` is `KV tiers 1, size`. */
function spelt(path: string): SettingWords {
  const argument = /^engine\.args\.(.+)$/.exec(path);
  if (argument !== null) return { words: `Engine’s ${argument[1]}`, unit: '' };
  const parts = path.split('.');
  const last = parts.at(-1)!;
  const [end, unit] = UNIT_ENDS.find(([pattern]) => pattern.test(last)) ?? [null, ''];
  const words = parts
    .with(-1, end === null ? last : last.replace(end, '') || last)
    .map((part) => (/^\d+$/.test(part) ? String(Number(part) + 1) : spaced(part)))
    .join(', ')
    .replace(/, (\d+)/g, ' $1');
  return { words: words.charAt(0).toUpperCase() + words.slice(1), unit };
}

/** `evictAboveShare` in words; abbreviations keep their letters. */
function spaced(name: string): string {
  return name
    .replace(/([a-z\d])([A-Z])/g, (_, before: string, letter: string) => `${before} ${letter.toLowerCase()}`)
    .replace(/\bkv\b/gi, 'KV')
    .replace(/\bgpus?\b/gi, (word) => (word.endsWith('s') ? 'GPUs' : 'GPU'));
}
