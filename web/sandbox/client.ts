/**
 * The page's end of the lab's worker. A module that never gives the processor back cannot be asked to stop: when the worker has
 * been silent for too long it is ended, and the next run starts another.
 */
import { proxy, type Remote, releaseProxy, wrap } from 'comlink';
import type { CounterfactualDecision } from '../../sim/lab/counterfactuals.ts';
import type { LabReport } from '../../sim/lab/lab-report.ts';
import type { JobOutcome, ProgressSink } from '../../sim/worker/api.ts';
import type { ShownDecision } from '../../sim/worker/lab-worker.ts';
import { startSandbox } from './boot.ts';
import type { Sandbox, Sources } from './entry.ts';

/** Silence after which the worker is taken to hang, ms; it reports ten times a second. */
const PATIENCE_MS = 5000;

const HANGS = 'the module did not give the processor back within 5 s and was stopped';

interface Connection {
  readonly worker: Worker;
  readonly remote: Remote<Sandbox>;
}

class SandboxClient {
  #connection: Promise<Connection> | null = null;
  #end: ((outcome: { readonly status: 'failed'; readonly message: string }) => void) | null = null;

  runLab(
    document: unknown,
    jobId: string,
    sources: Sources,
    onProgress: ProgressSink<LabReport>,
  ): Promise<JobOutcome<LabReport>> {
    return this.#guarded(({ remote }, heard) => {
      const tell: ProgressSink<LabReport> = (progress) => {
        heard();
        onProgress(progress);
      };
      return remote.runLab(document, jobId, sources, proxy(tell));
    });
  }

  labDecisions(
    document: unknown,
    policy: string,
    jobId: string,
    sources: Sources,
  ): Promise<JobOutcome<readonly ShownDecision[]>> {
    return this.#guarded(({ remote }) => remote.labDecisions(document, policy, jobId, sources));
  }

  labRegret(
    document: unknown,
    policy: string,
    request: number,
    jobId: string,
    sources: Sources,
  ): Promise<JobOutcome<CounterfactualDecision | null>> {
    return this.#guarded(({ remote }) => remote.labRegret(document, policy, request, jobId, sources));
  }

  cancel(jobId: string): void {
    void this.#connection?.then(({ remote }) => remote.cancel(jobId));
  }

  async #guarded<Result>(
    ask: (connection: Connection, heard: () => void) => Promise<JobOutcome<Result>>,
  ): Promise<JobOutcome<Result>> {
    let watch: ReturnType<typeof setTimeout> | undefined;
    const hung = new Promise<JobOutcome<Result>>((resolve) => {
      this.#end = resolve;
    });
    const heard = (): void => {
      clearTimeout(watch);
      watch = setTimeout(() => this.#close(HANGS), PATIENCE_MS);
    };
    try {
      const connection = await this.#open();
      heard();
      return await Promise.race([ask(connection, heard), hung]);
    } catch (error) {
      this.#connection = null;
      return { status: 'failed', message: error instanceof Error ? error.message : String(error) };
    } finally {
      clearTimeout(watch);
    }
  }

  #open(): Promise<Connection> {
    this.#connection ??= startSandbox().then((worker) => ({ worker, remote: wrap<Sandbox>(worker) }));
    return this.#connection;
  }

  #close(message: string): void {
    void this.#connection?.then(({ worker, remote }) => {
      remote[releaseProxy]();
      worker.terminate();
    });
    this.#connection = null;
    this.#end?.({ status: 'failed', message });
  }
}

export const sandbox = new SandboxClient();
