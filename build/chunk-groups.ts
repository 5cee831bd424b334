/**
 * Few chunks in place of many small ones, and none that brings along what its reader does not need: modules are grouped by
 * who reaches them. The first group that a module fits into has it; what its modules import and no group before it has is
 * of the group as well.
 */
import type { Plugin } from 'vite';
import { isWorkerEntry } from './shared-workers.ts';

/** As rolldown's `output.codeSplitting.groups`. */
interface ChunkGroup {
  readonly name: string;
  readonly test: RegExp | ((id: string) => boolean);
  readonly priority: number;
}

type Modules = ReadonlySet<string>;

const SCREENS = /[\\/]web[\\/]screens\.ts$/;

export function chunkGroups(): { readonly plugin: Plugin; readonly groups: ChunkGroup[] } {
  /** By screen and by worker, what has to be there before it can run; and all that the page may ever load. */
  let screens: readonly Modules[] = [];
  let workers: readonly Modules[] = [];
  let page: Modules = new Set();
  const isShared = (id: string): boolean => page.has(id) && workers.some((modules) => modules.has(id));
  const groups: readonly (readonly [name: string, test: ChunkGroup['test']])[] = [
    ['common', /node_modules[\\/]comlink|preload-helper/],
    ['boot', /[\\/]web[\\/](boot|screens|worker[\\/]start)\.ts$/],
    ['catalogue', /[\\/]models[\\/](gpus|llms|prices|workload-presets)\.ts$/],
    ['figures', isShared],
    ['simulator', (id) => workers.every((modules) => modules.has(id))],
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
        screens = ids
          .filter((id) => SCREENS.test(id))
          .flatMap((id) => this.getModuleInfo(id)?.dynamicallyImportedIds ?? [])
          .map((id) => reach([id], false));
      },
    },
  };
}
