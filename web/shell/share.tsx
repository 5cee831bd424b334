/** What is shared, and under which words: a title and a note that travel in the link. */
import { useEffect, useRef } from 'react';
import { MAX_NOTE, MAX_TITLE, useAbout } from '../state/about.ts';
import { useScreen } from '../state/address.ts';
import { useScenario } from '../state/document-store.ts';
import { shortHash } from '../state/short-hash.ts';
import { copyLink } from './commands.ts';
import { closeDialog } from './dialogs.ts';

export function Share() {
  const dialog = useRef<HTMLDialogElement>(null);
  const { title, note } = useAbout();
  const screen = useScreen((state) => state.screen);
  const hash = shortHash(screen, useScenario());
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
      <p className="buttons share-buttons">
        <button type="button" onClick={() => void copyLink()}>
          Copy link
        </button>
      </p>
    </dialog>
  );
}
