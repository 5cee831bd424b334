/**
 * A fleet as Kubernetes declares it: the InferencePool with its ready pods, the objectives and the model rewrites of its namespace,
 * watched. Every change gives the whole picture anew. Source: router specification 1.1, 3.10 and 9.
 */
import {
  CoreV1Api,
  CustomObjectsApi,
  type Informer,
  KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
  makeInformer,
  type ObjectCache,
} from '@kubernetes/client-node';
import type { Endpoint } from '../../routing/endpoint.ts';
import type { Resources } from '../routing-core.ts';
import {
  endpointsOf,
  type InferenceModelRewrite,
  type InferenceObjective,
  type InferencePool,
  isSelected,
  type Pod,
  prioritiesOf,
  rewritesOf,
} from './objects.ts';

/** Where to look and whom to tell. */
export interface KubernetesOptions {
  readonly config: KubeConfig;
  readonly namespace: string;
  readonly pool: string;
  readonly changed: (endpoints: readonly Endpoint[], resources: Resources) => void;
  /** A watch broke off; it is begun again. */
  readonly broken: (what: string, error: Error) => void;
}

/** A resource type of the cluster. */
interface Kind {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

const POOLS: Kind = { group: 'inference.networking.k8s.io', version: 'v1', plural: 'inferencepools' };
/** Upstream's group, then the older one that counts only where the newer is not installed. */
const EXTENSIONS = ['llm-d.ai', 'inference.networking.x-k8s.io'] as const;
const EXTENSION_VERSION = 'v1alpha2';
/** Pause before a broken watch begins again. */
const RESTART_MS = 1000;

type Watched<T extends KubernetesObject> = Informer<T> & ObjectCache<T>;

/** The kubeconfig of the environment: in-cluster, KUBECONFIG or ~/.kube/config. */
export function defaultKubeConfig(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromDefault();
  return config;
}

export class KubernetesDiscovery {
  readonly #options: KubernetesOptions;
  readonly #informers: { stop(): Promise<void> }[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  #pools: Watched<InferencePool & KubernetesObject> | null = null;
  #pods: Watched<Pod & KubernetesObject> | null = null;
  #objectives: Watched<InferenceObjective & KubernetesObject> | null = null;
  #rewrites: Watched<InferenceModelRewrite & KubernetesObject> | null = null;
  #isStarted = false;
  #isStopped = false;

  constructor(options: KubernetesOptions) {
    this.#options = options;
  }

  /** Reads everything once and goes on watching. Rejects when the pool or the pods cannot be listed. */
  async start(): Promise<void> {
    this.#pools = await this.#watchRequired(POOLS);
    this.#pods = await this.#watchPods();
    const objectives = await this.#installed('inferenceobjectives');
    if (objectives !== null) this.#objectives = await this.#watch(objectives);
    const rewrites = await this.#installed('inferencemodelrewrites');
    if (rewrites !== null) this.#rewrites = await this.#watch(rewrites);
    this.#isStarted = true;
    this.#tell();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all(this.#informers.map((informer) => informer.stop()));
  }

  /** The extension type that the cluster serves under either group; null: it has none. */
  async #installed(plural: string): Promise<Kind | null> {
    for (const group of EXTENSIONS) {
      const kind = { group, version: EXTENSION_VERSION, plural };
      if ((await this.#list(kind)) !== null) return kind;
    }
    return null;
  }

  async #watchRequired<T extends KubernetesObject>(kind: Kind): Promise<Watched<T>> {
    if ((await this.#list(kind)) === null) {
      throw new Error(`the cluster does not serve ${kind.plural} of ${kind.group}/${kind.version}`);
    }
    return await this.#watch<T>(kind);
  }

  async #watchPods(): Promise<Watched<Pod & KubernetesObject>> {
    const { config, namespace } = this.#options;
    const api = config.makeApiClient(CoreV1Api);
    const path = `/api/v1/namespaces/${namespace}/pods`;
    return await this.#begin(
      makeInformer(config, path, () => api.listNamespacedPod({ namespace })),
      path,
    );
  }

  async #watch<T extends KubernetesObject>(kind: Kind): Promise<Watched<T>> {
    const path = `/apis/${kind.group}/${kind.version}/namespaces/${this.#options.namespace}/${kind.plural}`;
    const list = async (): Promise<KubernetesListObject<T>> =>
      (await this.#list(kind)) as KubernetesListObject<T>;
    return await this.#begin(makeInformer<T>(this.#options.config, path, list), path);
  }

  async #begin<T extends KubernetesObject>(informer: Watched<T>, path: string): Promise<Watched<T>> {
    this.#informers.push(informer);
    for (const verb of ['add', 'update', 'delete'] as const) informer.on(verb, () => this.#tell());
    informer.on('error', (error: unknown) => {
      if (this.#isStopped) return;
      this.#options.broken(path, error as Error);
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        void informer.start();
      }, RESTART_MS);
      this.#timers.add(timer);
    });
    await informer.start();
    return informer;
  }

  /** All objects of a kind in the namespace; null where the cluster does not serve it (404). */
  async #list({ group, version, plural }: Kind): Promise<unknown> {
    const { config, namespace } = this.#options;
    try {
      const api = config.makeApiClient(CustomObjectsApi);
      return await api.listNamespacedCustomObject({ group, version, namespace, plural });
    } catch (error) {
      if ((error as { code?: unknown }).code === 404) return null;
      throw error;
    }
  }

  #tell(): void {
    if (!this.#isStarted || this.#isStopped) return;
    const { pool: name, changed } = this.#options;
    const pool = this.#pools!.list().find(({ metadata }) => metadata?.name === name) ?? null;
    const pods = this.#pods!.list()
      .filter((pod) => isSelected(pool, pod))
      .sort((a, b) => ((a.metadata?.name ?? '') < (b.metadata?.name ?? '') ? -1 : 1));
    changed(endpointsOf(pool, pods), {
      objectives: prioritiesOf(this.#objectives?.list() ?? []),
      rewrites: rewritesOf(this.#rewrites?.list() ?? [], name),
    });
  }
}
