/**
 * The document as text beside the result. What can be read is the document at once; what cannot leaves the document as it
 * was, and the list below the text says why, with lines.
 */
import { useEffect, useRef, useState } from 'react';
import { type DocumentKind, documentOfKind, setDocument, useScenario } from '../state/document-store.ts';
import { client } from '../state/simulator.ts';
import { type CodeEditor, openEditor } from './code-mirror.ts';
import { optionsAt } from './complete.ts';
import { type PlacedProblem, readYaml } from './read.ts';
import { keepTyped, yamlOf } from './yaml-text.ts';

/** How long the text must stand before it is checked, ms. */
const CHECK_MS = 200;

export function YamlEditor({ kind }: { readonly kind: DocumentKind }) {
  const parent = useRef<HTMLDivElement>(null);
  const editor = useRef<CodeEditor | null>(null);
  const [problems, setProblems] = useState<readonly PlacedProblem[]>([]);
  const document = useScenario((state) => documentOfKind(state, kind));
  useEffect(() => {
    const help = Promise.all([client.remote.schema(kind), client.remote.choices()]);
    // In a shadow root the editor's styles are constructed sheets, which the page's security policy allows.
    const host = window.document.createElement('div');
    parent.current!.append(host);
    const own = openEditor(host.attachShadow({ mode: 'open' }), {
      label: `${kind} document, YAML`,
      text: yamlOf(kind, documentOfKind(useScenario.getState(), kind)),
      onChange: (text) => take(kind, text, setProblems),
      options: async (place) => {
        const [schema, choices] = await help;
        return optionsAt(schema, place, choices);
      },
    });
    editor.current = own;
    return () => {
      editor.current = null;
      own.destroy();
      host.remove();
    };
  }, [kind]);
  useEffect(() => {
    const own = editor.current;
    if (own === null) return undefined;
    const read = readYaml(own.text);
    // Typed text that says the document already stays as it is. Text that cannot be read changes no document, so that
    // this change came from elsewhere: a form, an undo.
    if (read.kind === 'broken' || !isSame(read.data, document)) own.show(yamlOf(kind, document));
    const timer = setTimeout(() => void check(kind, own.text).then(setProblems), CHECK_MS);
    return () => clearTimeout(timer);
  }, [kind, document]);
  useEffect(() => editor.current?.mark(problems), [problems]);
  return (
    <div className="yaml-editor">
      <div ref={parent} className="code" />
      <section aria-label="Problems of the document" className="yaml-problems" role="status">
        {problems.length === 0 ? (
          <p className="quiet-text">No problems. Ctrl Space completes; Tab leaves the text.</p>
        ) : (
          <ul>
            {problems.map((problem) => (
              <li key={`${problem.from} ${problem.message}`}>
                <button type="button" className="link" onClick={() => editor.current?.goTo(problem.from)}>
                  line {problem.line}
                </button>{' '}
                {problem.message}
              </li>
            ))}
          </ul>
        )}
      </section>
    </div>
  );
}

function take(kind: DocumentKind, text: string, show: (problems: readonly PlacedProblem[]) => void): void {
  const read = readYaml(text);
  if (read.kind === 'broken') {
    show(read.problems);
    return;
  }
  keepTyped(kind, text);
  setDocument(kind, read.data, 'text');
}

async function check(kind: DocumentKind, text: string): Promise<readonly PlacedProblem[]> {
  const read = readYaml(text);
  if (read.kind === 'broken') return read.problems;
  return (await client.remote.check(kind, read.data)).map(read.place);
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
