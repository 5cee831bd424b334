/** The editor itself: CodeMirror with YAML, completion out of the schema, and problems at their lines. */
import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import {
  HighlightStyle,
  indentOnInput,
  indentUnit,
  StreamLanguage,
  syntaxHighlighting,
} from '@codemirror/language';
import { yaml } from '@codemirror/legacy-modes/mode/yaml';
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { Option } from './complete.ts';
import { type Place, placeAt } from './place.ts';
import type { PlacedProblem } from './read.ts';

export interface CodeEditor {
  readonly text: string;
  /** Replaces the text, without telling `onChange`. */
  show(text: string): void;
  mark(problems: readonly PlacedProblem[]): void;
  goTo(offset: number): void;
  destroy(): void;
}

interface CodeEditorOptions {
  readonly label: string;
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly options: (place: Place) => Promise<readonly Option[]>;
}

const STYLE = HighlightStyle.define([
  { tag: tags.comment, color: 'var(--muted)' },
  // Keys, in the words of the mode.
  { tag: tags.atom, color: 'var(--fleet-b)' },
  { tag: [tags.string, tags.number, tags.keyword], color: 'var(--ink)' },
]);

const THEME = EditorView.theme({
  '&': { font: '400 12px / 18px var(--mono)', backgroundColor: 'var(--raised)', color: 'var(--ink)' },
  '.cm-scroller': { font: 'inherit' },
  '.cm-content': { caretColor: 'var(--ink)' },
  '&.cm-focused': { outline: '2px solid var(--focus)' },
  '.cm-gutters': {
    backgroundColor: 'var(--raised)',
    color: 'var(--muted)',
    borderRight: '1px solid var(--rule)',
  },
  '.cm-activeLine': { backgroundColor: 'transparent' },
  '.cm-activeLineGutter': { backgroundColor: 'var(--selected)', color: 'var(--ink)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--raised)',
    border: '1px solid var(--control)',
    color: 'var(--ink)',
  },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--selected)',
    color: 'var(--ink)',
  },
  '.cm-completionDetail': { color: 'var(--muted)', fontStyle: 'normal' },
});

export function openEditor(parent: ShadowRoot, settings: CodeEditorOptions): CodeEditor {
  let isShowing = false;
  const view = new EditorView({
    parent,
    root: parent,
    state: EditorState.create({
      doc: settings.text,
      extensions: [
        lineNumbers(),
        history(),
        // By lines: colours of keys and comments need no parser, and completion has one of its own (place.ts).
        StreamLanguage.define(yaml),
        THEME,
        indentUnit.of('  '),
        indentOnInput(),
        syntaxHighlighting(STYLE),
        highlightActiveLine(),
        lintGutter(),
        autocompletion({ override: [(context) => complete(context, settings.options)], icons: false }),
        // Tab leaves the field: nobody who uses keys alone may be caught in it.
        keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap, ...lintKeymap]),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': settings.label }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !isShowing) settings.onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    get text() {
      return view.state.doc.toString();
    },
    show: (text) => {
      if (text === view.state.doc.toString()) return;
      isShowing = true;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
      isShowing = false;
    },
    mark: (problems) => {
      const { length } = view.state.doc;
      const diagnostics = problems.map(({ from, to, message }): Diagnostic => {
        const start = Math.min(from, length);
        return { from: start, to: Math.min(Math.max(to, start), length), severity: 'error', message };
      });
      view.dispatch(setDiagnostics(view.state, diagnostics));
    },
    goTo: (offset) => {
      view.dispatch({ selection: { anchor: Math.min(offset, view.state.doc.length) }, scrollIntoView: true });
      view.focus();
    },
    destroy: () => view.destroy(),
  };
}

async function complete(
  context: CompletionContext,
  optionsAt: CodeEditorOptions['options'],
): Promise<CompletionResult | null> {
  const place = placeAt(context.state.doc.toString(), context.pos);
  if (!context.explicit && place.typed === '' && place.key === null) return null;
  const options = await optionsAt(place);
  if (options.length === 0) return null;
  return {
    from: context.pos - place.typed.length,
    options: options.map(({ label, detail, kind }) => ({
      label,
      detail: detail.length > 60 ? `${detail.slice(0, 58)}…` : detail,
      apply: kind === 'key' ? `${label}: ` : label,
    })),
    validFor: /^[\w.-]*$/,
  };
}
