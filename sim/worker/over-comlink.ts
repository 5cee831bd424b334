/**
 * A pool's worker at the other end of a comlink endpoint: a Web Worker, a Node worker thread, or a port of either. The pool's
 * side is `poolWorkerOver`, the worker's `exposeRunWorker`.
 */
import { type Endpoint, expose, proxy, transfer, wrap } from 'comlink';
import { columnBuffers } from '../metrics/run-data.ts';
import type { RunOutcomeData, RunSpec } from '../run/run-spec.ts';
import type { PoolWorker } from './run-pool.ts';
import { createRunWorker, type RunHost, type Texts } from './run-worker.ts';

/** What crosses the line. */
interface Line {
  listen(onProgress: (share: number) => void): void;
  hold(texts: Texts): void;
  run(spec: RunSpec, engineDigest: string): Promise<RunOutcomeData>;
  cancel(): void;
}

/** The pool's side. */
export function poolWorkerOver(
  endpoint: Endpoint,
  onProgress: (share: number) => void,
  end: { readonly terminate: () => void; readonly death: Promise<Error> },
): PoolWorker {
  const line = wrap<Line>(endpoint);
  void line.listen(proxy(onProgress));
  return {
    hold: (texts) => void line.hold(texts),
    run: (spec, engineDigest) => line.run(spec, engineDigest),
    cancel: () => void line.cancel(),
    ...end,
  };
}

/** The worker's side; `endpoint` is the global scope of a Web Worker unless it is given. */
export function exposeRunWorker(host: RunHost, endpoint?: Endpoint): void {
  let tell: (share: number) => void = () => undefined;
  const worker = createRunWorker(host, (share) => tell(share));
  const line: Line = {
    ...worker,
    listen: (onProgress) => {
      tell = onProgress;
    },
    run: async (spec, engineDigest) => {
      const outcome = await worker.run(spec, engineDigest);
      return outcome.status === 'done' ? transfer(outcome, columnBuffers(outcome.result)) : outcome;
    },
  };
  expose(line, endpoint);
}
