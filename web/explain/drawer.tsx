/**
 * A chart explained, at the side of the page: what it shows, what stands out of it now, how its numbers come about and what they
 * rest on. It is no dialog: the page can be used beside it. Escape closes it and gives the focus back.
 */
import { useEffect, useRef } from 'react';
import { Term } from '../components/term.tsx';
import { useScreen } from '../state/address.ts';
import { basisOf } from './basis.ts';
import { standsOut } from './stands-out.ts';
import { type Explained, explain } from './store.ts';
import { WORDS } from './words.ts';
import '../style/explain.css';

export function Drawer({ shown: { id, title, about } }: { readonly shown: Explained }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const screen = useScreen((state) => state.screen);
  const { shows, how, terms } = WORDS[about.kind];
  const found = standsOut(about);
  const basis = basisOf(screen);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another chart is another explanation
  useEffect(() => heading.current?.focus(), [id]);
  const close = (): void => {
    document.getElementById(id)?.focus();
    explain(null);
  };
  return (
    <aside
      className="explain"
      aria-labelledby="explain-title"
      onKeyDown={(event) => {
        if (event.key === 'Escape') close();
      }}
    >
      <div className="help-head">
        <h2 id="explain-title" ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
      <p>{shows}</p>
      {found.length > 0 && (
        <>
          <h3>What stands out</h3>
          {found.map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </>
      )}
      <h3>How the numbers come about</h3>
      <p>{how}</p>
      {basis !== '' && (
        <>
          <h3>What they rest on</h3>
          <p>{basis}.</p>
        </>
      )}
      <p className="explain-terms">
        {terms.map((name) => (
          <Term key={name} name={name} />
        ))}
      </p>
    </aside>
  );
}
