/** The document beside the result, as a form or as YAML: two faces of one thing, with one history. */
import { lazy, Suspense } from 'react';
import { useStore } from 'zustand';
import { startOver } from '../shell/commands.ts';
import { saveDocument } from '../shell/download-yaml.ts';
import {
  DEFAULT_STATE,
  type DocumentKind,
  redo,
  stateKey,
  undo,
  useScenario,
} from '../state/document-store.ts';
import { useView } from '../state/view-store.ts';

const YamlEditor = lazy(() => import('../editor/yaml-editor.tsx').then((m) => ({ default: m.YamlEditor })));

const TITLES: Readonly<Record<DocumentKind, string>> = {
  comparison: 'Scenario',
  plan: 'Plan',
  lab: 'Experiment',
};

interface DocumentPanelProps {
  readonly kind: DocumentKind;
  /** The form. */
  readonly children: React.ReactNode;
}

export function DocumentPanel({ kind, children }: DocumentPanelProps) {
  const isYaml = useView((state) => state.isYaml);
  return (
    <aside className={isYaml ? 'rail wide' : 'rail'} aria-label={TITLES[kind]}>
      <h2 id="scenario" tabIndex={-1}>
        {TITLES[kind]}
      </h2>
      <HistoryButtons />
      <fieldset className="faces" aria-label="Edit as">
        {[false, true].map((asYaml) => (
          <label key={String(asYaml)}>
            <input
              type="radio"
              name={`face-${kind}`}
              checked={isYaml === asYaml}
              onChange={() => useView.setState({ isYaml: asYaml })}
            />
            {asYaml ? 'YAML' : 'Form'}
          </label>
        ))}
        <button type="button" onClick={() => void saveDocument(kind)}>
          Save YAML
        </button>
      </fieldset>
      {isYaml ? (
        <Suspense fallback={<p>Opening the editor…</p>}>
          <YamlEditor kind={kind} />
        </Suspense>
      ) : (
        children
      )}
    </aside>
  );
}

function HistoryButtons() {
  const canUndo = useStore(useScenario.temporal, (state) => state.pastStates.length > 0);
  const canRedo = useStore(useScenario.temporal, (state) => state.futureStates.length > 0);
  const isDefault = useScenario((state) => stateKey(state) === stateKey(DEFAULT_STATE));
  return (
    <p className="buttons">
      <button type="button" onClick={undo} disabled={!canUndo}>
        Undo
      </button>
      <button type="button" onClick={redo} disabled={!canRedo}>
        Redo
      </button>
      <button type="button" disabled={isDefault} onClick={startOver}>
        Start over
      </button>
    </p>
  );
}
