/** Keys and terms on one sheet. */
import { useEffect, useRef } from 'react';
import { COMMANDS } from './commands.ts';
import { closeDialog } from './dialogs.ts';
import { DEFINITIONS } from './glossary.ts';
import { setLetterKeys, useLetterKeys } from './keys.ts';

export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOn = useLetterKeys((state) => state.isOn);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="help" aria-labelledby="help-title" onClose={closeDialog}>
      <div className="help-head">
        <h2 id="help-title">Keys and terms</h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
      <label className="check">
        <input type="checkbox" checked={isOn} onChange={(event) => setLetterKeys(event.target.checked)} />
        Single letters are keys
      </label>
      <dl className="keys">
        {COMMANDS.filter(({ keys }) => keys !== undefined).map(({ title, keys, also }) => (
          <div key={title}>
            <dt>
              <kbd>{keys}</kbd>
              {also !== undefined && <kbd>{also}</kbd>}
            </dt>
            <dd>{title}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>1 … 5</kbd>
          </dt>
          <dd>Bring fleet A … E forward in all charts, or look at it</dd>
        </div>
        <div>
          <dt>
            <kbd>← →</kbd>
          </dt>
          <dd>Move the reading line of a chart that has the focus; Home, End, Page Up and Page Down too</dd>
        </div>
      </dl>
      <dl className="terms">
        {Object.entries(DEFINITIONS).map(([term, { meaning, formula, metric }]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>
              {meaning}
              {formula !== undefined && <span className="under">Here: {formula}</span>}
              {metric !== undefined && (
                <span className="under">
                  <code>{metric}</code>
                </span>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}
