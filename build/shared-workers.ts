/**
 * Workers out of the page's own bundle: `import url from './entry.ts?worker&url'` becomes an entry of the same build, so
 * that what page and workers have in common is loaded once and kept once. Vite alone bundles every worker by itself, with
 * all that it imports. The development server bundles nothing; there the import is Vite's own.
 */
import { basename, dirname } from 'node:path';
import type { Plugin } from 'vite';

const SUFFIX = '?worker&url';
const PREFIX = '\0worker-url:';

export interface SharedWorkers {
  readonly plugin: Plugin;
  /** Whether a module is both the page's and a worker's. */
  readonly isShared: (id: string) => boolean;
  /** Whether it is every worker's. */
  readonly isOfAllWorkers: (id: string) => boolean;
}

export function sharedWorkers(): SharedWorkers {
  const entries = new Set<string>();
  let ofPage: ReadonlySet<string> = new Set();
  let ofWorkers: readonly ReadonlySet<string>[] = [];
  return {
    isShared: (id) => ofPage.has(id) && ofWorkers.some((modules) => modules.has(id)),
    isOfAllWorkers: (id) => ofWorkers.every((modules) => modules.has(id)),
    plugin: {
      name: 'drydock-shared-workers',
      apply: 'build',
      enforce: 'pre',
      async resolveId(source, importer) {
        if (!source.endsWith(SUFFIX)) return null;
        const entry = await this.resolve(source.slice(0, -SUFFIX.length), importer);
        return entry === null ? null : PREFIX + entry.id;
      },
      load(id) {
        if (!id.startsWith(PREFIX)) return null;
        const entry = id.slice(PREFIX.length);
        entries.add(entry);
        const name = `worker-${basename(dirname(entry))}-${basename(entry, '.ts')}`;
        const reference = this.emitFile({ type: 'chunk', id: entry, name });
        return `export default import.meta.ROLLUP_FILE_URL_${reference};`;
      },
      buildEnd() {
        const reach = (starts: Iterable<string>, isLaterToo: boolean): ReadonlySet<string> => {
          const found = new Set(starts);
          for (const id of found) {
            const info = this.getModuleInfo(id);
            for (const next of info?.importedIds ?? []) found.add(next);
            if (isLaterToo) for (const next of info?.dynamicallyImportedIds ?? []) found.add(next);
          }
          return found;
        };
        const isFirst = (id: string): boolean => this.getModuleInfo(id)?.isEntry === true && !entries.has(id);
        ofPage = reach([...this.getModuleIds()].filter(isFirst), true);
        ofWorkers = [...entries].map((entry) => reach([entry], false));
      },
    },
  };
}

/** Whether a file of the build is a worker's first. */
export function isOfWorker(file: string): boolean {
  return /(^|\/)worker-[^/]*$/.test(file);
}
