/** The list of what can be imported: one import and one line each. Content is tried in this order. */
import { ConfigError, nearest } from '../../src/core/check.ts';
import { commandLinesImporter } from './command-lines.ts';
import { eppImporter } from './epp.ts';
import { helmImporter } from './helm.ts';
import { hfConfigImporter } from './hf-config.ts';
import type { ImportContext, Imported, Importer } from './imported.ts';
import { manifestsImporter } from './manifests.ts';
import { traceImporter } from './trace.ts';

export const IMPORTERS: readonly Importer[] = [
  eppImporter,
  helmImporter,
  manifestsImporter,
  hfConfigImporter,
  traceImporter,
  commandLinesImporter,
];

/** Reads a text. `from`: the name of an importer; undefined: found by content. Throws ConfigError. */
export function importText(text: string, context: ImportContext, from: string | undefined): Imported {
  return importerFor(text, context, from).read(text, context);
}

function importerFor(text: string, context: ImportContext, from: string | undefined): Importer {
  const names = IMPORTERS.map((importer) => importer.name);
  if (from === undefined) {
    const found = IMPORTERS.find((importer) => importer.detects(text));
    if (found !== undefined) return found;
    const start = text.trim().split('\n', 1)[0]!.slice(0, 60);
    throw new ConfigError({
      path: '',
      found: start === '' ? 'nothing' : `"${start}", which looks like none of them`,
      expected: `${names.join(', ')}${context.fromOption === undefined ? '' : `; ${context.fromOption} names one`}`,
    });
  }
  const named = IMPORTERS.find((importer) => importer.name === from);
  if (named !== undefined) return named;
  const near = nearest(from, names);
  throw new ConfigError({
    file: '--from',
    path: '',
    found: `"${from}"`,
    expected: `one of ${names.join(', ')}${near === undefined ? '' : ` (perhaps ${near})`}`,
  });
}
