/**
 * Kubernetes objects as far as the router reads them, and what they say: endpoints from ready pods, priorities from objectives, rewrites.
 * Everything optional may be missing: these are other people's documents. Source: router specification 3.10 and 9.
 */
import type { ModelRewrite } from '../../parsing/model-rewrite.ts';
import type { Endpoint } from '../../routing/endpoint.ts';

/** Common to all objects. */
export interface ObjectMeta {
  readonly name?: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly creationTimestamp?: string | Date;
  readonly deletionTimestamp?: string | Date;
}

export interface InferencePool {
  readonly metadata?: ObjectMeta;
  readonly spec?: {
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly targetPorts?: readonly { readonly number?: number }[];
  };
}

export interface Pod {
  readonly metadata?: ObjectMeta;
  readonly spec?: { readonly hostname?: string; readonly nodeName?: string };
  readonly status?: {
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type?: string; readonly status?: string }[];
  };
}

interface PoolRef {
  readonly poolRef?: { readonly name?: string };
}

export interface InferenceObjective {
  readonly metadata?: ObjectMeta;
  readonly spec?: PoolRef & { readonly priority?: number };
}

export interface InferenceModelRewrite {
  readonly metadata?: ObjectMeta;
  readonly spec?: PoolRef & {
    readonly rules?: readonly {
      readonly matches?: readonly { readonly model?: { readonly value?: string } }[];
      readonly targets?: readonly { readonly modelRewrite?: string; readonly weight?: number }[];
    }[];
  };
}

/** Ports of a pod that take requests, where not all target ports do. */
const ACTIVE_PORTS = ['llm-d.ai/active-ports', 'inference.networking.k8s.io/active-ports'];

/** One endpoint for each target port of each ready pod, in order of their names. */
export function endpointsOf(pool: InferencePool | null, pods: readonly Pod[]): Endpoint[] {
  const ports = (pool?.spec?.targetPorts ?? []).flatMap(({ number }) => number ?? []);
  return pods.filter(isReady).flatMap((pod) => {
    const { name = '', labels = {} } = pod.metadata ?? {};
    const ip = pod.status!.podIP!;
    const host = ip.includes(':') ? `[${ip}]` : ip;
    const active = activePorts(pod);
    return ports.flatMap((port, rank) => {
      if (active !== null && !active.includes(port)) return [];
      return [{ id: `${name}-rank-${rank}`, address: `${host}:${port}`, labels: placed(pod, labels) }];
    });
  });
}

/** Labels of the pod, with the node's name where no label tells it. */
function placed(pod: Pod, labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const host = labels['kubernetes.io/hostname'] ?? pod.spec?.hostname ?? pod.spec?.nodeName;
  return host === undefined ? labels : { ...labels, 'kubernetes.io/hostname': host };
}

function isReady(pod: Pod): boolean {
  const conditions = pod.status?.conditions ?? [];
  const ready = conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  return ready && pod.metadata?.deletionTimestamp === undefined && (pod.status?.podIP ?? '') !== '';
}

function activePorts(pod: Pod): number[] | null {
  const annotations = pod.metadata?.annotations ?? {};
  const text = annotations[ACTIVE_PORTS[0]!] ?? annotations[ACTIVE_PORTS[1]!];
  return text === undefined ? null : text.split(',').map((port) => Number(port.trim()));
}

/** Whether the pool's selector takes the pod. A pool without a selector takes none. */
export function isSelected(pool: InferencePool | null, pod: Pod): boolean {
  const wanted = Object.entries(pool?.spec?.selector?.matchLabels ?? {});
  const labels = pod.metadata?.labels ?? {};
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

/** Priorities by name; without one it is 0. */
export function prioritiesOf(objectives: readonly InferenceObjective[]): Map<string, number> {
  return new Map(objectives.map(({ metadata, spec }) => [metadata?.name ?? '', spec?.priority ?? 0]));
}

/** Rewrites that refer to the pool, or to none; with `pool` null all of them. */
export function rewritesOf(rewrites: readonly InferenceModelRewrite[], pool: string | null): ModelRewrite[] {
  return rewrites
    .filter(({ spec }) => pool === null || (spec?.poolRef?.name ?? pool) === pool)
    .map(({ metadata, spec }) => ({
      name: metadata?.name ?? '',
      createdAt: isoTime(metadata?.creationTimestamp),
      rules: (spec?.rules ?? []).map(({ matches = [], targets = [] }) => ({
        models: matches.flatMap(({ model }) => model?.value ?? []),
        targets: targets.map(({ modelRewrite = '', weight }) => ({
          model: modelRewrite,
          weight: weight ?? null,
        })),
      })),
    }));
}

function isoTime(time: string | Date | undefined): string {
  return time === undefined ? '' : typeof time === 'string' ? time : time.toISOString();
}
