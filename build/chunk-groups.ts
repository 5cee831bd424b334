/**
 * Few chunks in place of many small ones, and none that brings along what its reader does not need: modules are grouped by
 * who reaches them. The first group that a module fits into has it; what its modules import and no group before it has is
 * of the group as well. A worker that comes to load a file of the page ends there, as it has no document: the build fails
 * before it does.
 */
import type { Plugin } from 'vite';
import { isWorkerEntry, isWorkerFile } from './shared-workers.ts';

/** As rolldown's `output.codeSplitting.groups`. */
interface ChunkGroup {
  readonly name: string;
  readonly test: RegExp | ((id: string) => boolean);
  readonly priority: number;
}

type Modules = ReadonlySet<string>;

/** What cannot be in a worker: components, and what draws them. */
const PAGE_ONLY = /\.tsx$|node_modules[\\/]react/;
const SCREENS = /[\\/]web[\\/]screens\.ts$/;

export function chunkGroups(): { readonly plugin: Plugin; readonly groups: ChunkGroup[] } {
  /** By screen and by worker, what has to be there before it can run; and all that the page may ever load. */
  let screens: readonly Modules[] = [];
  let workers: readonly Modules[] = [];
  let page: Modules = new Set();
  /** All that workers may ever load. */
  let everInWorkers: Modules = new Set();
  const isShared = (id: string): boolean => page.has(id) && workers.some((modules) => modules.has(id));
  const groups: readonly (readonly [name: string, test: ChunkGroup['test']])[] = [
    ['common', /node_modules[\\/]comlink|preload-helper/],
    ['boot', /[\\/]web[\\/](boot|screens|worker[\\/]start)\.ts$/],
    ['catalogue', /[\\/]models[\\/](gpus|llms|prices|workload-presets)\.ts$/],
    ['figures', isShared],
    ['simulator', (id) => workers.every((modules) => modules.has(id))],
    ['steps', (id) => everInWorkers.has(id) && screens.some((modules) => modules.has(id))],
    ['frame', /[\\/]web[\\/](main|state[\\/]runs|shell[\\/]frame)\.tsx?$|react-dom/],
    ['charts', (id) => screens.filter((modules) => modules.has(id)).length > 1],
  ];
  return {
    groups: groups.map(([name, test], place) => ({ name, test, priority: groups.length - place })),
    plugin: {
      name: 'drydock-chunk-groups',
      apply: 'build',
      buildEnd() {
        const reach = (starts: Iterable<string>, isLaterToo: boolean): Modules => {
          const found = new Set(starts);
          for (const id of found) {
            const info = this.getModuleInfo(id);
            for (const next of info?.importedIds ?? []) found.add(next);
            if (isLaterToo) for (const next of info?.dynamicallyImportedIds ?? []) found.add(next);
          }
          return found;
        };
        const ids = [...this.getModuleIds()];
        const entries = ids.filter((id) => this.getModuleInfo(id)?.isEntry === true);
        page = reach(
          entries.filter((id) => !isWorkerEntry(id)),
          true,
        );
        workers = entries.filter(isWorkerEntry).map((id) => reach([id], false));
        everInWorkers = reach(entries.filter(isWorkerEntry), true);
        screens = ids
          .filter((id) => SCREENS.test(id))
          .flatMap((id) => this.getModuleInfo(id)?.dynamicallyImportedIds ?? [])
          .map((id) => reach([id], false));
      },
      generateBundle(_, bundle) {
        const files = new Set(
          Object.values(bundle)
            .filter((file) => file.type === 'chunk' && file.isEntry && isWorkerFile(file.fileName))
            .map(({ fileName }) => fileName),
        );
        for (const name of files) {
          const file = bundle[name];
          if (file?.type !== 'chunk') continue;
          const foreign = file.moduleIds.find((id) => PAGE_ONLY.test(id));
          if (foreign !== undefined)
            this.error(`${name}, which a worker loads, holds ${foreign} of the page`);
          // Vite loads with the document's help what is imported later, but in the files that it knows for workers'.
          if (file.dynamicImports.length > 0 && !isWorkerFile(name))
            this.error(`${name}, which a worker loads, loads ${file.dynamicImports.join()} later`);
          for (const next of [...file.imports, ...file.dynamicImports]) files.add(next);
        }
      },
    },
  };
}
