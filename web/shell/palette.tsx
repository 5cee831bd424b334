/** The command palette: type a few letters of a command or of a setting's label, Enter runs it or goes there. */
import { useEffect, useMemo, useRef, useState } from 'react';
import { COMMANDS, type Command } from './commands.ts';
import { closeDialog } from './dialogs.ts';

/** Entries that are shown at a time. */
const MOST = 12;

export function Palette() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const all = useMemo(() => [...COMMANDS, ...settings()], []);
  const found = useMemo(() => matching(all, text).slice(0, MOST), [all, text]);
  useEffect(() => dialog.current?.showModal(), []);
  const run = (command: Command | undefined): void => {
    if (command === undefined) return;
    dialog.current?.close();
    command.run();
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setAt((before) => (before + step + found.length) % Math.max(1, found.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      run(found[at]);
    }
  };
  return (
    <dialog ref={dialog} className="palette" aria-label="Commands and settings" onClose={closeDialog}>
      <input
        type="text"
        role="combobox"
        aria-label="Command or setting"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found.length > 0 ? `palette-${at}` : undefined}
        placeholder="Command or setting"
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id="palette-list" role="listbox" aria-label="Found">
        {found.map((command, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the field's, as in every combobox
          <div
            key={command.title}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === at}
            tabIndex={-1}
            onClick={() => run(command)}
          >
            <span>{command.title}</span>
            {command.keys !== undefined && <kbd>{command.keys}</kbd>}
          </div>
        ))}
      </div>
      {found.length === 0 && <p className="quiet-text">Nothing is called that.</p>}
    </dialog>
  );
}

/** Fields of the page by their labels. */
function settings(): Command[] {
  const fields = document.querySelectorAll<HTMLElement>('main input, main select, aside input, aside select');
  const found = [...fields].flatMap((field) => {
    const title = titleOf(field);
    const run = (): void => {
      field.scrollIntoView({ block: 'center' });
      field.focus();
    };
    return title === '' ? [] : [{ title: `Set ${title}`, run }];
  });
  return [...new Map(found.map((command) => [command.title, command])).values()];
}

function titleOf(field: HTMLElement): string {
  const own = field.getAttribute('aria-label') ?? (field as HTMLInputElement).labels?.[0]?.textContent ?? '';
  // A slider stands beside the field of its number.
  if (/, slider$/.test(own)) return '';
  const legend = field.closest('fieldset')?.querySelector('legend')?.textContent?.trim();
  return legend === undefined || legend === '' ? own.trim() : `${legend}: ${own.trim()}`;
}

/** Entries that hold all words, those that begin with the text first. */
function matching(all: readonly Command[], text: string): Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const hits = all.filter(({ title }) => words.every((word) => title.toLowerCase().includes(word)));
  const isFirst = ({ title }: Command): boolean => title.toLowerCase().startsWith(text.toLowerCase());
  return text === '' ? hits : [...hits.filter(isFirst), ...hits.filter((hit) => !isFirst(hit))];
}
