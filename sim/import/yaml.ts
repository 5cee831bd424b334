/** YAML of others as plain data; what is wrong with it is a ConfigError with its line. */
import { LineCounter, parseAllDocuments } from 'yaml';
import { ConfigError } from '../../src/core/check.ts';

/** All documents of a text. `what`: how errors call it when it is not the imported text itself. */
export function readYamlDocuments(text: string, what = ''): unknown[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  return documents.map((document) => {
    const one = document as {
      readonly errors: readonly { readonly message: string; readonly pos: readonly [number, number] }[];
      toJS(): unknown;
    };
    const [error] = one.errors;
    if (error !== undefined) {
      const { line } = lines.linePos(error.pos[0]);
      throw notYaml(`${what === '' ? '' : `${what}, `}line ${line}`, error.message);
    }
    try {
      return one.toJS();
    } catch (problem) {
      // Aliases without an anchor, or too many of them.
      throw notYaml(what, (problem as Error).message);
    }
  });
}

/** The first document; undefined for an empty text. */
export function readYaml(text: string, what = ''): unknown {
  return readYamlDocuments(text, what)[0];
}

function notYaml(path: string, message: string): ConfigError {
  return new ConfigError({ path, found: `a syntax error: ${message}`, expected: 'YAML or JSON' });
}
