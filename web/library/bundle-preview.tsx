/** A `.fleet` file before it is opened: what its sender says, and what is in it. */
import type { Bundle, ReadBundle } from '../bundle/read-bundle.ts';
import { countText } from '../format.ts';
import { useAbout } from '../state/about.ts';
import { openScreen } from '../state/address.ts';
import { putScenario, stateKey, useScenario } from '../state/document-store.ts';
import { useExpected } from '../state/expected.ts';
import { put } from '../state/library-store.ts';

export function BundlePreview({ name, read }: { readonly name: string; readonly read: ReadBundle }) {
  if (read.status === 'refused') {
    return (
      <section aria-label={name}>
        <h2>{name} cannot be opened</h2>
        <p role="alert" className="notice">
          {capitalised(read.reason)}. A file that Drydock saves under Share ends in .fleet and can be opened
          here.
        </p>
      </section>
    );
  }
  const { about, savedOn, documents, traces } = read.bundle;
  const kinds = Object.keys(documents);
  const traceNames = Object.keys(traces);
  return (
    <section aria-label={name}>
      <h2>{name}</h2>
      {about.title !== '' && (
        <p>
          <strong>{about.title}</strong>
        </p>
      )}
      {about.note !== '' && <p className="note-text">{about.note}</p>}
      <ul>
        <li>
          {kinds.join(', ')}
          {savedOn !== '' && `, saved on ${savedOn}`}
        </li>
        {traceNames.map((trace) => (
          <li key={trace}>
            trace {trace}, {countText(traces[trace]!.length / 1024)} KiB
          </li>
        ))}
      </ul>
      <p className="buttons">
        <button type="button" onClick={() => open(read.bundle)}>
          Open
        </button>
      </p>
    </section>
  );
}

/** Documents, traces and words take the place of those that are there; one step of undo for the documents. */
function open({ about, screen, seeds, documents, traces, computed }: Bundle): void {
  for (const [path, text] of Object.entries(traces)) put('traces', path, { text, bytes: text.length });
  const before = useScenario.getState();
  putScenario({
    document: documents.comparison ?? before.document,
    seeds: seeds ?? before.seeds,
    plan: documents.plan ?? before.plan,
    lab: documents.lab ?? before.lab,
  });
  useAbout.setState(about);
  const key = stateKey(useScenario.getState());
  useExpected.setState({ link: computed === null ? null : { ...computed, key } });
  openScreen(screen === 'library' ? 'compare' : screen);
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
