/** The library's shelves as the page sees them: read from the browser once, written through. */
import { comparisonRun } from './comparison-run.ts';
import { keyOf, useScenario } from './document-store.ts';
import { hashOf } from './hash.ts';
import {
  fill,
  type KeptCalibration,
  type KeptDocument,
  type KeptRun,
  type KeptTrace,
  type Shelves,
  useLibrary,
} from './shelves.ts';
import { forget, keep, kept, type StoreName } from './storage.ts';

/** Runs that are remembered. */
const MOST_RUNS = 50;

/** Reads what is kept. */
export async function fillShelves(): Promise<void> {
  const [traces, documents, runs, calibrations] = await Promise.all([
    kept<KeptTrace>('traces'),
    kept<KeptDocument>('documents'),
    kept<KeptRun>('runs'),
    kept<KeptCalibration>('calibrations'),
  ]);
  fill({ traces, documents, runs, calibrations });
}

/** Remembers every comparison that has been run to its end. */
export function rememberRuns(): void {
  comparisonRun.use.subscribe(({ status, isCurrent }) => {
    const result = status.kind === 'done' && isCurrent ? comparisonRun.current() : null;
    if (result === null) return;
    const state = useScenario.getState();
    const { report } = result;
    put('runs', hashOf(keyOf(state)), {
      name: report.comparison,
      sentence: report.sentence,
      engineDigest: report.engineDigest,
      at: new Date().toISOString(),
      document: state.document,
      seeds: state.seeds,
    } satisfies KeptRun);
    const { runs } = useLibrary.getState();
    const oldest = [...runs].sort(([, a], [, b]) => (a.at < b.at ? -1 : 1));
    for (const [key] of oldest.slice(0, Math.max(0, oldest.length - MOST_RUNS))) remove('runs', key);
  });
}

export function put(
  name: StoreName,
  key: string,
  value: KeptTrace | KeptDocument | KeptRun | KeptCalibration,
): void {
  useLibrary.setState(
    (state) => ({ [name]: new Map<string, unknown>([...state[name], [key, value]]) }) as Partial<Shelves>,
  );
  void keep(name, key, value).then((isKept) => {
    if (!isKept) useLibrary.setState({ isKeeping: false });
  });
}

export function remove(name: StoreName, key: string): void {
  useLibrary.setState(
    (state) =>
      ({
        [name]: new Map<string, unknown>([...state[name]].filter(([own]) => own !== key)),
      }) as Partial<Shelves>,
  );
  void forget(name, key);
}
