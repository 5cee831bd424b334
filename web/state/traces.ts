/** Traces by the path that documents name. */
import { useLibrary } from './shelves.ts';

/** Texts of the traces that a document names, by path. */
export function tracesOf(document: unknown): Record<string, string> {
  const { workload, workloads } = (document ?? {}) as {
    readonly workload?: { readonly path?: unknown };
    readonly workloads?: Readonly<Record<string, { readonly path?: unknown }>>;
  };
  const { traces } = useLibrary.getState();
  const paths = [workload, ...Object.values(workloads ?? {})].map((one) => one?.path);
  const texts = paths.flatMap((path) => {
    const trace = typeof path === 'string' ? traces.get(path) : undefined;
    return trace === undefined ? [] : [[path as string, trace.text] as const];
  });
  return Object.fromEntries(texts);
}
