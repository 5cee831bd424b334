/**
 * An EndpointPickerConfig as the router of a fleet. It names no servers: unless other inputs do, a fleet of one pool is made
 * for `--model` and `--gpu`, of two where it disaggregates.
 */
import { ConfigError } from '../../src/core/check.ts';
import { decodeDocument } from '../../src/routing/config/document.ts';
import { planRouter } from '../../src/routing/config/plan.ts';
import { PLUGINS } from '../../src/routing/plugins.ts';
import type { PoolSpec, RouterSpec } from '../scenario/schema.ts';
import type { ImportContext, Imported, Importer } from './imported.ts';
import { gpuId, modelSpec } from './pool.ts';
import { readYaml } from './yaml.ts';

const DISAGGREGATING = ['disagg-profile-handler', 'pd-profile-handler'];

export const eppImporter: Importer = {
  name: 'epp',
  summary: 'EndpointPickerConfig of llm-d',
  detects: (text) => /^kind:\s*EndpointPickerConfig\s*$/m.test(text),
  read(text, context) {
    const config = mapping(readYaml(text));
    return { ...readRouter(config), pools: [], standIn: () => poolsFor(config, context) };
  },
};

/** The router of a configuration, checked. Throws ConfigError with the path in it. */
export function readRouter(value: unknown): Pick<Imported, 'notes'> & { router: RouterSpec } {
  const config = mapping(value);
  const plan = planRouter(decodeDocument(config), PLUGINS, true);
  const alpha = plan.plugins.filter((plugin) => plugin.bound.definition.stability === 'alpha');
  const notes = alpha.map(
    (plugin) => `router plugin ${plugin.type} is experimental: allowExperimentalPlugins is set`,
  );
  return {
    router: { config, ...(alpha.length > 0 ? { allowExperimentalPlugins: true } : {}) },
    notes: [...new Set(notes)],
  };
}

/** Servers for a router that comes without any. */
export function poolsFor(config: Readonly<Record<string, unknown>>, context: ImportContext): PoolSpec[] {
  const types = decodeDocument(config).plugins.map((plugin) => plugin.type);
  const isDisaggregated = DISAGGREGATING.some((type) => types.includes(type));
  const gpu = gpuId(undefined, context, 'servers');
  const model = modelSpec(undefined, context, 'servers');
  const pool = (name: string, role: PoolSpec['role']): PoolSpec => ({
    ...{ name, role, replicas: context.replicas ?? 1, gpu, model },
    engine: { name: 'vllm' },
  });
  return isDisaggregated ? [pool('prefill', 'prefill'), pool('decode', 'decode')] : [pool('servers', 'both')];
}

function mapping(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new ConfigError({ path: '', found: 'no mapping', expected: 'an EndpointPickerConfig' });
}
