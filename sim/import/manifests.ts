/** Kubernetes manifests: Deployments and StatefulSets of model servers, an EndpointPickerConfig in a ConfigMap. */
import { readPoolLine } from '../export/pool-line.ts';
import type { PoolSpec, RouterSpec } from '../scenario/schema.ts';
import { isMapping } from '../scenario/validate.ts';
import { containerPool, selectedGpu, startsServer } from './container.ts';
import { readRouter } from './epp.ts';
import type { Imported, Importer } from './imported.ts';
import { readYaml, readYamlDocuments } from './yaml.ts';

type Plain = Readonly<Record<string, unknown>>;

const WORKLOADS = ['Deployment', 'StatefulSet'];

export const manifestsImporter: Importer = {
  name: 'kubernetes',
  summary: 'Kubernetes manifests of model servers',
  detects: (text) => /^kind:\s*\w+\s*$/m.test(text) && /^apiVersion:/m.test(text),
  read(text, context): Imported {
    const documents = readYamlDocuments(text).flatMap(itemsOf);
    const lines = text.split('\n').flatMap((one) => readPoolLine(one) ?? []);
    const pools: PoolSpec[] = [];
    const notes: string[] = [];
    let router: RouterSpec | undefined;
    for (const document of documents) {
      const kind = String(document['kind']);
      if (WORKLOADS.includes(kind) && hasServer(document)) {
        const placement = placementOf(document);
        const { pool, notes: own } = containerPool(
          placement,
          lines[pools.length] ?? null,
          context,
          pools.length,
        );
        pools.push(pool);
        notes.push(...own);
      } else if (kind === 'ConfigMap') {
        const config = Object.values((document['data'] as Plain | undefined) ?? {}).find((value) =>
          String(value).includes('EndpointPickerConfig'),
        );
        if (config === undefined) continue;
        const read = readRouter(readYaml(String(config), nameOf(document)));
        router = read.router;
        notes.push(...read.notes);
      } else {
        notes.push(`${kind} ${nameOf(document)}: not read`);
      }
    }
    return { pools, ...(router === undefined ? {} : { router }), notes };
  },
};

function nameOf(document: Plain): string {
  const metadata = document['metadata'];
  return isMapping(metadata) ? String(metadata['name'] ?? '') : '';
}

function podSpec(document: Plain): Plain {
  const spec = document['spec'];
  const template = isMapping(spec) ? spec['template'] : undefined;
  const pod = isMapping(template) ? template['spec'] : undefined;
  return isMapping(pod) ? pod : {};
}

/** A list, as `kubectl get` prints several objects, is its items. */
function itemsOf(document: unknown): Plain[] {
  if (!isMapping(document)) return [];
  const items = document['items'];
  return document['kind'] === 'List' && Array.isArray(items) ? items.filter(isMapping) : [document];
}

function hasServer(document: Plain): boolean {
  const containers = podSpec(document)['containers'];
  return Array.isArray(containers) && containers.some((one) => isMapping(one) && startsServer(one));
}

function placementOf(document: Plain) {
  const spec = document['spec'] as Plain;
  const template = spec['template'] as Plain;
  const metadata = isMapping(template['metadata']) ? template['metadata'] : {};
  const labels = isMapping(metadata['labels']) ? metadata['labels'] : {};
  const role = labels['llm-d.ai/role'];
  return {
    containers: podSpec(document)['containers'],
    facts: {
      name: nameOf(document),
      replicas: typeof spec['replicas'] === 'number' ? spec['replicas'] : undefined,
      role: role === 'prefill' || role === 'decode' ? role : undefined,
      gpu: selectedGpu(podSpec(document)['nodeSelector']),
    } as const,
    path: `Deployment ${nameOf(document)}`,
  };
}
