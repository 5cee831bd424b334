/**
 * The target `inferencepool`: InferencePool manifests of the Gateway API inference extension, one a model, and an
 * InferenceObjective for every priority that the workload's classes have.
 */
import type { Scenario } from '../scenario/schema.ts';
import { scenarioGaps } from './gaps.ts';
import { header } from './header.ts';
import { groupGaps, type ModelGroup, modelGroups, SERVER_PORT } from './kubernetes.ts';
import { slug } from './slug.ts';
import type { ExportTarget } from './target.ts';
import { yamlText } from './yaml.ts';

type Manifest = Readonly<Record<string, unknown>>;

const POOL_GROUP = 'inference.networking.k8s.io';
/** Port that the endpoint picker takes ext_proc streams on. */
export const PICKER_PORT = 9002;

export const inferencePoolTarget: ExportTarget = {
  name: 'inferencepool',
  summary: 'InferencePool and InferenceObjective manifests',
  make(source) {
    const groups = modelGroups(source);
    const gaps = [
      ...new Set([
        ...groups.flatMap(groupGaps),
        'the model servers and the router: export them with --target llm-d or kustomize',
        ...scenarioGaps(source.scenario),
      ]),
    ];
    const manifests = groups.flatMap((group) => [poolManifest(group), ...objectives(group, source.scenario)]);
    const text = `${header(source, gaps)}${manifestText(manifests)}`;
    return { files: [{ path: 'inferencepool.yaml', text }], gaps };
  },
};

/** Several manifests as one YAML stream. */
export function manifestText(manifests: readonly Manifest[]): string {
  return manifests.map((manifest) => yamlText(manifest)).join('---\n');
}

/** The InferencePool of a group. */
export function poolManifest(group: ModelGroup): Manifest {
  return {
    apiVersion: `${POOL_GROUP}/v1`,
    kind: 'InferencePool',
    metadata: { name: group.name },
    spec: {
      selector: { matchLabels: group.labels },
      targetPorts: [{ number: SERVER_PORT }],
      endpointPickerRef: {
        name: `${group.name}-epp`,
        port: { number: PICKER_PORT },
        failureMode: 'FailClose',
      },
    },
  };
}

/** One objective for each class of requests that has a priority. */
export function objectives(group: ModelGroup, scenario: Scenario): Manifest[] {
  const { workload } = scenario;
  const classes = workload.kind === 'synthetic' ? (workload.classes ?? []) : [];
  return classes.flatMap(({ name, priority }) =>
    priority === undefined
      ? []
      : [
          {
            apiVersion: 'llm-d.ai/v1alpha2',
            kind: 'InferenceObjective',
            metadata: { name: slug(`${group.name} ${name}`) },
            spec: { priority, poolRef: { group: POOL_GROUP, kind: 'InferencePool', name: group.name } },
          },
        ],
  );
}
