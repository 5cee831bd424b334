/** What is shared, and under which words: a title and a note that travel in the link. */
import { useEffect, useRef } from 'react';
import { MAX_NOTE, MAX_TITLE, useAbout } from '../state/about.ts';
import { DOCUMENT_OF, useScreen } from '../state/address.ts';
import { documentOfKind, useScenario } from '../state/document-store.ts';
import { shortHash } from '../state/short-hash.ts';
import { tracesOf } from '../state/traces.ts';
import { copyLink } from './commands.ts';
import { closeDialog } from './dialogs.ts';

export function Share() {
  const dialog = useRef<HTMLDialogElement>(null);
  const { title, note } = useAbout();
  const screen = useScreen((state) => state.screen);
  const state = useScenario();
  const hash = shortHash(screen, state);
  const kind = DOCUMENT_OF[screen];
  const traces = kind === null ? [] : Object.keys(tracesOf(documentOfKind(state, kind)));
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="share" aria-labelledby="share-title" onClose={closeDialog}>
      <div className="help-head">
        <h2 id="share-title">Share what is shown</h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
      <p className="quiet-text">
        The link holds the whole document behind its <code>#</code>: no server keeps it. Title and note go
        with it, and whoever opens it reads them first.
      </p>
      {hash !== null && (
        <p className="quiet-text">
          This document goes by <code>{hash}</code>, also in the names of saved files.
        </p>
      )}
      <label className="share-field">
        Title
        <input
          type="text"
          maxLength={MAX_TITLE}
          value={title}
          onChange={(event) => useAbout.setState({ title: event.target.value })}
        />
      </label>
      <label className="share-field">
        Note
        <textarea
          rows={4}
          maxLength={MAX_NOTE}
          value={note}
          onChange={(event) => useAbout.setState({ note: event.target.value })}
        />
      </label>
      <p className="quiet-text">
        A .fleet file holds the same and what no link can: traces that the document names, and the report. It
        is opened by dropping it on Library, Traces and imports.
      </p>
      {traces.length > 0 && (
        <p className="notice">The link does not carry {traces.join(', ')}; the file does.</p>
      )}
      <p className="buttons share-buttons">
        <button type="button" onClick={() => void copyLink()}>
          Copy link
        </button>
        <button type="button" onClick={() => void saveBundle()}>
          Save .fleet file
        </button>
      </p>
    </dialog>
  );
}

/** What packs it is loaded when it is asked for. */
async function saveBundle(): Promise<void> {
  await (await import('../bundle/save-bundle.ts')).saveBundle();
}
