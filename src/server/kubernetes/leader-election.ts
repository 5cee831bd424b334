/**
 * One of several replicas leads, by a Lease as Kubernetes' own components elect theirs: whoever holds it renews it, and others take it
 * once it has not been renewed for its duration. Clocks of machines are not compared: a candidate counts from when it saw the lease
 * change. Standbys keep their state warm and say that they are not ready. Source: router specification 1.1 and 8.
 */
import { CoordinationV1Api, type KubeConfig, type V1Lease, V1MicroTime } from '@kubernetes/client-node';

/** What an election takes. */
export interface ElectionOptions {
  readonly config: KubeConfig;
  readonly namespace: string;
  /** Of the Lease. */
  readonly name: string;
  /** Unique among the candidates. */
  readonly identity: string;
  /** Called when this candidate begins or ceases to lead. */
  readonly changed: (leads: boolean) => void;
  /** An attempt failed; the next one follows. */
  readonly failed: (error: Error) => void;
  /** For tests. Absent: Kubernetes' usual ones. */
  readonly times?: ElectionTimes;
}

/** Periods, ms. A leader that could not renew for `renewMs` steps down, before others take over after `leaseMs`. */
export interface ElectionTimes {
  readonly leaseMs: number;
  readonly renewMs: number;
  readonly retryMs: number;
}

const TIMES: ElectionTimes = { leaseMs: 15_000, renewMs: 10_000, retryMs: 2_000 };
/** Somebody else has changed the lease meanwhile. */
const CONFLICT = 409;
const NOT_FOUND = 404;

export class LeaderElection {
  readonly #options: ElectionOptions;
  readonly #times: ElectionTimes;
  readonly #api: CoordinationV1Api;
  #timer: NodeJS.Timeout | undefined;
  #attempting: Promise<void> = Promise.resolve();
  #leads = false;
  #isStopped = false;
  /** When this candidate last renewed, and when it last saw the lease change, ms. */
  #renewedMs = 0;
  #seenMs = 0;
  #seenVersion = '';

  constructor(options: ElectionOptions) {
    this.#options = options;
    this.#times = options.times ?? TIMES;
    this.#api = options.config.makeApiClient(CoordinationV1Api);
  }

  /** Whether this candidate leads now. */
  get leads(): boolean {
    return this.#leads;
  }

  /** Makes a first attempt, and goes on trying. */
  async start(): Promise<void> {
    this.#attempting = this.#attempt();
    await this.#attempting;
    this.#schedule();
  }

  /** Gives the lease up, so that another candidate need not wait for its end. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#lead(false);
    // An attempt that is under way may still take the lease, or would come between reading and writing it.
    await this.#attempting;
    try {
      const lease = await this.#read();
      if (lease?.spec?.holderIdentity === this.#options.identity) await this.#write(lease, '');
    } catch (error) {
      this.#options.failed(error as Error);
    }
  }

  #schedule(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#attempting = this.#attempt();
      void this.#attempting.then(() => this.#schedule());
    }, this.#times.retryMs);
  }

  /** Renews or takes the lease if that is possible now. */
  async #attempt(): Promise<void> {
    const { identity, failed } = this.#options;
    try {
      const lease = await this.#read();
      const held = lease === null ? await this.#create() : await this.#take(lease);
      if (this.#isStopped) return;
      if (held) this.#renewedMs = performance.now();
      const holder = lease?.spec?.holderIdentity;
      const isAnothers = !held && holder !== undefined && holder !== '' && holder !== identity;
      if (held || isAnothers) this.#lead(held);
    } catch (error) {
      if ((error as { code?: unknown }).code !== CONFLICT) failed(error as Error);
    }
    // Others may take it soon: whoever cannot renew must not go on as if it led.
    if (this.#leads && performance.now() - this.#renewedMs > this.#times.renewMs) this.#lead(false);
  }

  #lead(leads: boolean): void {
    if (leads === this.#leads) return;
    this.#leads = leads;
    this.#options.changed(leads);
  }

  /** Null: there is none yet. */
  async #read(): Promise<V1Lease | null> {
    const { namespace, name } = this.#options;
    try {
      return await this.#api.readNamespacedLease({ namespace, name });
    } catch (error) {
      if ((error as { code?: unknown }).code === NOT_FOUND) return null;
      throw error;
    }
  }

  async #create(): Promise<boolean> {
    const { namespace, name } = this.#options;
    const body = { metadata: { name, namespace }, spec: this.#spec(this.#options.identity, null) };
    await this.#api.createNamespacedLease({ namespace, body });
    return true;
  }

  /** True: it is ours now. */
  async #take(lease: V1Lease): Promise<boolean> {
    const { identity } = this.#options;
    const holder = lease.spec?.holderIdentity ?? '';
    const version = lease.metadata?.resourceVersion ?? '';
    if (version !== this.#seenVersion) {
      this.#seenVersion = version;
      this.#seenMs = performance.now();
    }
    const isOpen = holder === '' || performance.now() - this.#seenMs > this.#times.leaseMs;
    if (holder !== identity && !isOpen) return false;
    await this.#write(lease, identity);
    return true;
  }

  async #write(lease: V1Lease, holder: string): Promise<void> {
    const { namespace, name } = this.#options;
    // With the version that was read: a write that somebody else has come before is refused.
    const body = { ...lease, spec: this.#spec(holder, lease) };
    await this.#api.replaceNamespacedLease({ namespace, name, body });
  }

  #spec(holder: string, before: V1Lease | null): NonNullable<V1Lease['spec']> {
    const now = new V1MicroTime();
    const isSame = before?.spec?.holderIdentity === holder;
    const transitions = before?.spec?.leaseTransitions ?? 0;
    return {
      holderIdentity: holder,
      leaseDurationSeconds: Math.max(1, Math.ceil(this.#times.leaseMs / 1000)),
      acquireTime: isSame ? (before?.spec?.acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions: before === null || isSame ? transitions : transitions + 1,
    };
  }
}
