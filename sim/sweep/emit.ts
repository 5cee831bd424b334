/**
 * A sweep's shards for machines that others run: a Kubernetes Indexed Job, and a GitHub Actions workflow with a matrix. Both
 * print the very command that runs one shard by hand, and end in one `drydock merge`.
 */
import { stringify } from 'yaml';
import { oneLine } from '../export/slug.ts';
import { ENGINE_DIGEST } from '../run/engine-digest.ts';
import { TOOL_VERSION } from '../run/version.ts';
import { documentHash, sweepName } from './blob.ts';
import { cellsOf } from './grid.ts';
import type { Sweep } from './schema.ts';

/** What the shards are emitted for. */
export interface EmitSettings {
  readonly shards: number;
  /** Container image. */
  readonly image: string;
  /** Path of the sweep in the repository, with the options that change it. */
  readonly command: string;
}

export const EMIT_TARGETS = ['kubernetes', 'github'] as const;
export type EmitTarget = (typeof EMIT_TARGETS)[number];

/** CPUs that a shard asks for; runs go on side by side in it. */
const CPUS = 2;

/** Folder of a shard's container; the sweep is mounted in `in`, blobs go to `out`. */
const FOLDER = '/sweep';

/** The shard's number in a workflow. */
const SHARD = '$' + '{{ matrix.shard }}';

/** The manifest or workflow. */
export function emitSweep(target: EmitTarget, sweep: Sweep, settings: EmitSettings): string {
  return target === 'kubernetes' ? kubernetesJob(sweep, settings) : githubWorkflow(sweep, settings);
}

function yaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}

function head(sweep: Sweep, { shards }: EmitSettings, lines: readonly string[]): string {
  const made = `Made by Drydock ${TOOL_VERSION} (simulator ${ENGINE_DIGEST}): sweep "${sweepName(sweep)}",`;
  const size = `document ${documentHash(sweep)}, ${cellsOf(sweep).length} cells in ${shards} shards.`;
  return [made, size, ...lines].map((line) => `# ${oneLine(line)}\n`).join('');
}

/** An Indexed Job: its index, from 0, is the shard's number less one. */
function kubernetesJob(sweep: Sweep, settings: EmitSettings): string {
  const { shards, image } = settings;
  const name = `sweep-${documentHash(sweep).slice(0, 8)}`;
  const command = [
    'i=$((JOB_COMPLETION_INDEX + 1))',
    `drydock sweep in/sweep.json --shard "$i/${shards}" --jobs ${CPUS} --quiet --out "out/shard-$i.json"`,
  ].join('; ');
  const documents = [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name },
      data: { 'sweep.json': JSON.stringify(sweep) },
    },
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name },
      spec: {
        completionMode: 'Indexed',
        completions: shards,
        parallelism: shards,
        backoffLimitPerIndex: 2,
        template: {
          spec: {
            restartPolicy: 'Never',
            securityContext: { runAsNonRoot: true, fsGroup: 1000 },
            containers: [
              {
                name: 'shard',
                image,
                workingDir: FOLDER,
                command: ['sh', '-c', command],
                resources: { requests: { cpu: String(CPUS), memory: '2Gi' }, limits: { memory: '4Gi' } },
                volumeMounts: [
                  { name: 'in', mountPath: `${FOLDER}/in`, readOnly: true },
                  { name: 'out', mountPath: `${FOLDER}/out` },
                ],
              },
            ],
            volumes: [
              { name: 'in', configMap: { name } },
              { name: 'out', persistentVolumeClaim: { claimName: 'drydock-blobs' } },
            ],
          },
        },
      },
    },
  ];
  const lines = [
    'Blobs go to the volume of the claim drydock-blobs (ReadWriteMany), which must exist.',
    'When the job is complete, in a folder with the blobs: drydock merge shard-*.json',
  ];
  const reads = filesOf(sweep);
  if (reads.length > 0)
    lines.push(
      `The scenario reads ${reads.join(', ')}: add them to the volume that is mounted at ${FOLDER}/in.`,
    );
  return `${head(sweep, settings, lines)}${documents.map(yaml).join('---\n')}`;
}

/** Files that the scenario names. */
function filesOf({ scenario }: Sweep): string[] {
  const field = (group: string, name: string): unknown =>
    (scenario[group] as Readonly<Record<string, unknown>> | undefined)?.[name];
  return [field('workload', 'path'), field('router', 'config')].filter((one) => typeof one === 'string');
}

/** A workflow: one job a shard, then one that merges and writes the summary of the step. */
function githubWorkflow(sweep: Sweep, settings: EmitSettings): string {
  const { shards, command } = settings;
  const setUp = [
    { uses: 'actions/checkout@v4' },
    { uses: 'actions/setup-node@v4', with: { 'node-version': 22 } },
    { run: 'npm ci' },
  ];
  const workflow = {
    name: `sweep ${sweepName(sweep)}`,
    on: { workflow_dispatch: {} },
    permissions: { contents: 'read' },
    jobs: {
      shard: {
        'runs-on': 'ubuntu-latest',
        strategy: {
          'fail-fast': false,
          matrix: { shard: Array.from({ length: shards }, (_, i) => i + 1) },
        },
        steps: [
          ...setUp,
          {
            run: `npx drydock sweep ${command} --shard ${SHARD}/${shards} --quiet --out shard-${SHARD}.json`,
          },
          {
            uses: 'actions/upload-artifact@v4',
            with: { name: `shard-${SHARD}`, path: `shard-${SHARD}.json` },
          },
        ],
      },
      merge: {
        needs: 'shard',
        'runs-on': 'ubuntu-latest',
        steps: [
          ...setUp,
          { uses: 'actions/download-artifact@v4', with: { pattern: 'shard-*', 'merge-multiple': true } },
          {
            run: 'npx drydock merge shard-*.json --summary "$GITHUB_STEP_SUMMARY" --html sweep.html --out sweep.json --quiet',
          },
          {
            uses: 'actions/upload-artifact@v4',
            with: { name: 'sweep', path: 'sweep.json\nsweep.html\n' },
          },
        ],
      },
    },
  };
  const lines = ['Save as .github/workflows/sweep.yaml.'];
  return `${head(sweep, settings, lines)}${yaml(workflow)}`;
}
