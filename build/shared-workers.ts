/**
 * Workers out of the page's own bundle: `import url from './entry.ts?worker&url'` becomes an entry of the same build, so
 * that what page and workers have in common is loaded once and kept once. Vite alone bundles every worker by itself, with
 * all that it imports. The development server bundles nothing; there the import is Vite's own.
 */
import { basename, dirname } from 'node:path';
import type { Plugin } from 'vite';

const SUFFIX = '?worker&url';
const PREFIX = '\0worker-url:';

export function sharedWorkers(): Plugin {
  return {
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
      const name = `worker-${basename(dirname(entry))}-${basename(entry, '.ts')}`;
      const reference = this.emitFile({ type: 'chunk', id: entry, name });
      return `export default import.meta.ROLLUP_FILE_URL_${reference};`;
    },
  };
}

/** Whether a module is a worker's first. */
export function isWorkerEntry(id: string): boolean {
  return /[\\/]web[\\/](worker|sandbox)[\\/][\w-]*entry\.ts$/.test(id);
}

/** Whether a file of the build is a worker's first. */
export function isWorkerFile(file: string): boolean {
  return /(^|\/)worker-[^/]*$/.test(file);
}
