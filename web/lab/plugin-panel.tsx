/** A scorer of one's own: typed or dropped here, run without DOM and network, checked for purity before it counts. */
import { useState } from 'react';
import type { Lab } from '../../sim/lab/schema.ts';
import { setDocument, useScenario } from '../state/document-store.ts';
import { putModule, usePlugin } from '../state/plugin-store.ts';
import { EXAMPLE_PLUGIN, PLUGIN_PATH, POLICY_NAME, pluginPolicy, typeOf } from './example-plugin.ts';

export function PluginPanel() {
  const stored = usePlugin((state) => state.sources[PLUGIN_PATH]);
  const lab = useScenario((state) => state.lab) as Lab | null;
  const [text, setText] = useState(stored ?? EXAMPLE_PLUGIN);
  const isIn = lab?.policies?.some?.(({ plugin }) => plugin === PLUGIN_PATH) ?? false;
  const take = (): void => {
    putModule(PLUGIN_PATH, text);
    if (lab === null || !Array.isArray(lab.policies)) return;
    const others = lab.policies.filter(({ name }) => name !== POLICY_NAME);
    setDocument('lab', { ...lab, policies: [...others, pluginPolicy(typeOf(text))] });
  };
  const drop = (file: File | undefined): void => {
    if (file !== undefined) void file.text().then(setText);
  };
  return (
    <details className="plugin" open={isIn}>
      <summary>A scorer of your own</summary>
      <p className="quiet-text">
        A JavaScript module as <code>drydock plugin new</code> writes it. It runs in a worker without page or
        network; one that hangs is stopped after 5 s, and one that decides differently when asked twice is
        refused. It stays in this tab and travels in no link.
      </p>
      <label htmlFor="plugin-source" className="visually-hidden">
        Source of the module
      </label>
      <textarea
        id="plugin-source"
        spellCheck={false}
        rows={18}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          drop(event.dataTransfer.files[0]);
        }}
      />
      <p className="buttons">
        <button type="button" onClick={take}>
          {isIn ? 'Run it' : 'Run it as a policy'}
        </button>
        <label className="file">
          Open a .js file
          <input type="file" accept=".js,.mjs" onChange={(event) => drop(event.target.files?.[0])} />
        </label>
      </p>
    </details>
  );
}
