/**
 * A term with a dotted line under it: a press, by pointer or key, opens what it means, how it is computed here and under which name
 * engines report it; Escape or a press elsewhere closes it. The browser's own popover, so that it lies above everything; the
 * words are loaded when they are first asked for.
 */
import { type ToggleEvent, useId, useRef, useState } from 'react';
import type { Definition, TermName } from '../shell/glossary.ts';

interface TermProps {
  readonly name: TermName;
  /** What stands in the text; default: the name. */
  readonly children?: React.ReactNode;
}

/** Room to the edges of the window, and between term and words, px. */
const EDGE = 8;
const GAP = 4;

export function Term({ name, children }: TermProps) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const popover = useRef<HTMLSpanElement>(null);
  const [definition, setDefinition] = useState<Definition | null>(null);
  const onToggle = async ({ newState }: ToggleEvent): Promise<void> => {
    if (newState !== 'open') return;
    const { DEFINITIONS } = await import('../shell/glossary.ts');
    setDefinition(DEFINITIONS[name]);
    // Once the words are there, their size is known.
    requestAnimationFrame(() => place(button.current, popover.current));
  };
  return (
    <>
      <button ref={button} type="button" className="term" popoverTarget={id}>
        {children ?? name}
      </button>
      <span
        ref={popover}
        id={id}
        popover="auto"
        className="term-words"
        onToggle={(event) => void onToggle(event)}
      >
        {definition !== null && (
          <>
            <strong>{name}</strong> {definition.meaning}
            {definition.formula !== undefined && <span className="under">Here: {definition.formula}</span>}
            {definition.metric !== undefined && (
              <span className="under">
                Reported as <code>{definition.metric}</code>
              </span>
            )}
          </>
        )}
      </span>
    </>
  );
}

/** Under its term, or over it where there is no room; within the window. */
function place(button: HTMLElement | null, popover: HTMLElement | null): void {
  if (button === null || popover === null) return;
  const at = button.getBoundingClientRect();
  const { width, height } = popover.getBoundingClientRect();
  const left = Math.max(EDGE, Math.min(at.left, window.innerWidth - width - EDGE));
  const below = at.bottom + GAP;
  const top = below + height + EDGE > window.innerHeight ? Math.max(EDGE, at.top - height - GAP) : below;
  popover.style.left = `${left}px`;
  popover.style.top = `${top}px`;
}
