/** Opens the drawer with a chart's explanation, which follows the chart's data until it is closed or the chart goes. */
import { useEffect, useId } from 'react';
import type { About } from './about.ts';
import { explain, useExplained } from './store.ts';

export function ExplainButton({ title, about }: { readonly title: string; readonly about: About }) {
  const id = useId();
  const isOpen = useExplained(({ shown }) => shown?.id === id);
  useEffect(() => {
    if (isOpen) explain({ id, title, about });
  });
  useEffect(() => () => void (useExplained.getState().shown?.id === id && explain(null)), [id]);
  return (
    <button
      type="button"
      id={id}
      className="link"
      aria-expanded={isOpen}
      aria-label={`Explain: ${title}`}
      onClick={() => explain(isOpen ? null : { id, title, about })}
    >
      Explain
    </button>
  );
}
