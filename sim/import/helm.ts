/**
 * Helm values of llm-d: the model server chart (llm-d-modelservice: `modelArtifacts`, `decode`, `prefill`) and the router charts
 * (`router.epp`, formerly `inferenceExtension`), alone or in one file.
 */
import { ConfigError } from '../../src/core/check.ts';
import { type PoolLine, readPoolLine } from '../export/pool-line.ts';
import type { PoolSpec, RouterSpec } from '../scenario/schema.ts';
import { isMapping } from '../scenario/validate.ts';
import { containerPool, selectedGpu } from './container.ts';
import { readRouter } from './epp.ts';
import type { ImportContext, Importer } from './imported.ts';
import { readYaml } from './yaml.ts';

type Plain = Readonly<Record<string, unknown>>;

/** Keys that are read, at the top of either chart. */
const KNOWN = new Set([
  'modelArtifacts',
  'decode',
  'prefill',
  'router',
  'inferenceExtension',
  'routing',
  'enabled',
]);
const HARMLESS = new Set([
  'fullnameOverride',
  'nameOverride',
  'common',
  'serviceAccountOverride',
  'inferencePool',
]);

export const helmImporter: Importer = {
  name: 'llm-d',
  summary: 'Helm values of llm-d: model servers, router',
  detects: (text) =>
    /^(modelArtifacts|decode|prefill):/m.test(text) || /^\s+pluginsCustomConfig:/m.test(text),
  read(text, context) {
    const values = readYaml(text);
    if (!isMapping(values)) {
      throw new ConfigError({ path: '', found: 'no mapping', expected: 'Helm values' });
    }
    const lines = text.split('\n').flatMap((one) => readPoolLine(one) ?? []);
    const servers = readServers(values, lines, context);
    const router = readPicker(values);
    const notes = Object.keys(values)
      .filter((key) => !KNOWN.has(key) && !HARMLESS.has(key))
      .map((key) => `${key}: not read`);
    if (servers.pools.length === 0 && router.router === undefined) {
      throw new ConfigError({
        path: '',
        found: 'neither servers nor a router configuration',
        expected: 'values of llm-d-modelservice (decode, prefill) or of a router chart (router.epp)',
      });
    }
    return {
      pools: servers.pools,
      ...(router.router === undefined ? {} : { router: router.router }),
      notes: [...servers.notes, ...router.notes, ...notes],
    };
  },
};

function readServers(
  values: Plain,
  lines: readonly PoolLine[],
  context: ImportContext,
): { readonly pools: PoolSpec[]; readonly notes: string[] } {
  const pools: PoolSpec[] = [];
  const notes: string[] = [];
  const parts = (['decode', 'prefill'] as const).filter((name) => isUsed(values[name]));
  for (const name of parts) {
    const part = values[name] as Plain;
    const role = parts.length === 2 ? name : 'both';
    const line = lines.find((one) => one.role === role || (parts.length === 1 && lines.length === 1)) ?? null;
    const { pool, notes: own } = containerPool(
      {
        containers: part['containers'],
        before: beforeArgs(part, values),
        facts: {
          role,
          name: role === 'both' ? 'servers' : role,
          model: modelOf(values),
          replicas: typeof part['replicas'] === 'number' ? part['replicas'] : undefined,
          gpu: selectedGpu(part['nodeSelector']) ?? acceleratorType(part['acceleratorTypes']),
        },
        path: name,
      },
      line,
      context,
      pools.length,
    );
    pools.push(withParallelism(pool, part['parallelism']));
    notes.push(...own);
  }
  return { pools, notes };
}

/** A part that is switched off or has no replicas is not there. */
function isUsed(part: unknown): boolean {
  return isMapping(part) && part['create'] !== false && part['replicas'] !== 0;
}

/** With `modelCommand: vllmServe` the chart itself starts the server. */
function beforeArgs(part: Plain, values: Plain): readonly string[] {
  const containers: unknown[] = Array.isArray(part['containers']) ? part['containers'] : [];
  const starts = containers.some((one) => isMapping(one) && one['modelCommand'] === 'vllmServe');
  return starts ? ['vllm', 'serve', modelOf(values) ?? ''] : [];
}

function modelOf(values: Plain): string | undefined {
  const artifacts = values['modelArtifacts'];
  if (!isMapping(artifacts)) return undefined;
  const uri = /^hf:\/\/([^{]+)$/.exec(String(artifacts['uri'] ?? ''))?.[1];
  return uri ?? (typeof artifacts['name'] === 'string' ? artifacts['name'] : undefined);
}

function acceleratorType(types: unknown): string | undefined {
  const labels: unknown = isMapping(types) ? types['labelValues'] : undefined;
  return Array.isArray(labels) && typeof labels[0] === 'string' ? labels[0] : undefined;
}

/** The chart turns its own sizes into the server's options where the arguments do not name them. */
function withParallelism(pool: PoolSpec, parallelism: unknown): PoolSpec {
  if (!isMapping(parallelism)) return pool;
  const { tensor, data } = parallelism;
  const sizes = { ...pool.parallel };
  if (typeof tensor === 'number' && tensor > 1) sizes.tp ??= tensor;
  if (typeof data === 'number' && data > 1) sizes.dp ??= data;
  return Object.keys(sizes).length === 0 ? pool : { ...pool, parallel: sizes };
}

function readPicker(values: Plain): { readonly router?: RouterSpec; readonly notes: readonly string[] } {
  const router = values['router'];
  const picker = isMapping(router) ? router['epp'] : values['inferenceExtension'];
  if (!isMapping(picker) || !isMapping(picker['pluginsCustomConfig'])) return { notes: [] };
  const configs = picker['pluginsCustomConfig'];
  const name = String(picker['pluginsConfigFile'] ?? Object.keys(configs)[0]);
  const text = configs[name] ?? Object.values(configs)[0];
  const config = typeof text === 'string' ? readYaml(text, `pluginsCustomConfig.${name}`) : text;
  const read = readRouter(config);
  const interval = flagOf(picker, 'refresh-metrics-interval');
  const scrape = /^(\d+)ms$/.exec(interval ?? '')?.[1];
  return {
    notes: read.notes,
    router: { ...read.router, ...(scrape === undefined ? {} : { scrapeIntervalMs: Number(scrape) }) },
  };
}

function flagOf(picker: Plain, name: string): string | undefined {
  const flags = picker['flags'];
  return isMapping(flags) && flags[name] !== undefined ? String(flags[name]) : undefined;
}
