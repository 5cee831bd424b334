/**
 * The page's keys. Single letters work only outside of fields and can be turned off (WCAG 2.1.4); Ctrl+Z is left to a text
 * field that can undo by itself.
 */
import { useEffect } from 'react';
import { create } from 'zustand';
import { redo, undo } from '../state/document-store.ts';
import { COMMANDS, type Command } from './commands.ts';
import { showPalette, useDialog } from './dialogs.ts';
import { bringForward } from './fleet-keys.ts';

const STORAGE_KEY = 'drydock-letter-keys';
/** Time within which the second of two keys must follow, ms. */
const SEQUENCE_MS = 1500;

export const useLetterKeys = create<{ readonly isOn: boolean }>()(() => ({ isOn: stored() }));

export function setLetterKeys(isOn: boolean): void {
  useLetterKeys.setState({ isOn });
  try {
    localStorage.setItem(STORAGE_KEY, isOn ? 'on' : 'off');
  } catch {
    // Kept for this tab only.
  }
}

export function useKeys(): void {
  useEffect(() => {
    let before = '';
    let beforeMs = 0;
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey) {
        onControlKey(event);
        return;
      }
      if (event.altKey || useDialog.getState().open !== null || isTyping(targetOf(event))) return;
      if (event.key.length !== 1 || !useLetterKeys.getState().isOn) return;
      if (/^[1-5]$/.test(event.key)) {
        bringForward(Number(event.key) - 1);
        return;
      }
      const first = event.timeStamp - beforeMs < SEQUENCE_MS ? before : '';
      const command = commandOf(`${first} ${event.key}`.trim()) ?? commandOf(event.key);
      before = command === undefined ? event.key : '';
      beforeMs = event.timeStamp;
      if (command === undefined) return;
      event.preventDefault();
      command.run();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

function onControlKey(event: KeyboardEvent): void {
  const key = event.key.toLowerCase();
  if (key === 'k') {
    event.preventDefault();
    showPalette();
  } else if (key === 'z' && !undoesItself(targetOf(event))) {
    event.preventDefault();
    if (event.shiftKey) redo();
    else undo();
  }
}

function commandOf(keys: string): Command | undefined {
  return COMMANDS.find((command) => command.keys === keys || command.also === keys);
}

/** What the key went to; the editor is in a shadow root, which hides it from `target`. */
function targetOf(event: Event): EventTarget | null {
  return event.composedPath()[0] ?? event.target;
}

function undoesItself(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return target.type !== 'range' && target.type !== 'checkbox';
  return isTyping(target) && !(target instanceof HTMLSelectElement);
}

/** Whether a letter belongs to the field that has the focus. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return target.type !== 'range' && target.type !== 'checkbox';
  return (
    target.isContentEditable || target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement
  );
}

function stored(): boolean {
  try {
    return localStorage.getItem(STORAGE_KEY) !== 'off';
  } catch {
    return true;
  }
}
