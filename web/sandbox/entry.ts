/** The lab's worker: policies in the box, and modules that were put on the page, each loaded afresh for every run. */
import { expose } from 'comlink';
import type { CounterfactualDecision } from '../../sim/lab/counterfactuals.ts';
import type { LabReport } from '../../sim/lab/lab-report.ts';
import type { JobOutcome, ProgressSink } from '../../sim/worker/api.ts';
import { createLabWorker, type ShownDecision } from '../../sim/worker/lab-worker.ts';
import { ConfigError } from '../../src/core/check.ts';
import type { PluginModule } from '../../src/plugin-api/plugin-module.ts';
import { createHost } from '../worker/host.ts';

/** Source text of modules by the path that policies name. */
export type Sources = Readonly<Record<string, string>>;

/** What the page may ask. */
export interface Sandbox {
  runLab(
    document: unknown,
    jobId: string,
    sources: Sources,
    onProgress: ProgressSink<LabReport>,
  ): Promise<JobOutcome<LabReport>>;
  labDecisions(
    document: unknown,
    policy: string,
    jobId: string,
    sources: Sources,
  ): Promise<JobOutcome<readonly ShownDecision[]>>;
  labRegret(
    document: unknown,
    policy: string,
    request: number,
    jobId: string,
    sources: Sources,
  ): Promise<JobOutcome<CounterfactualDecision | null>>;
  cancel(jobId: string): boolean;
}

const lab = createLabWorker(createHost());

const sandbox: Sandbox = {
  runLab: (document, jobId, sources, onProgress) =>
    lab.runLab(document, { jobId, loadModules: () => loadModules(sources) }, onProgress),
  labDecisions: (document, policy, jobId, sources) =>
    lab.labDecisions(document, policy, { jobId, loadModules: () => loadModules(sources) }),
  labRegret: (document, policy, request, jobId, sources) =>
    lab.labRegret(document, policy, request, { jobId, loadModules: () => loadModules(sources) }),
  cancel: (jobId) => lab.cancelLab(jobId),
};

expose(sandbox);

async function loadModules(sources: Sources): Promise<Record<string, PluginModule>> {
  const loaded = await Promise.all(
    Object.entries(sources).map(async ([path, text]) => [path, await moduleOf(path, text)] as const),
  );
  return Object.fromEntries(loaded);
}

async function moduleOf(path: string, text: string): Promise<PluginModule> {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  try {
    return (await import(/* @vite-ignore */ url)) as PluginModule;
  } catch (error) {
    throw new ConfigError({
      path,
      found: `a module that fails to load: ${(error as Error).message}`,
      expected: 'a JavaScript module without imports of its own',
    });
  } finally {
    URL.revokeObjectURL(url);
  }
}
