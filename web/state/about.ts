/** What a sender says of a link: a title and a note. They travel in it, are plain text wherever they are shown, and are no edit. */
import { create } from 'zustand';

export interface About {
  readonly title: string;
  readonly note: string;
}

export const NO_ABOUT: About = { title: '', note: '' };
/** Longest title and note, characters; what a link holds beyond that is cut. */
export const MAX_TITLE = 100;
export const MAX_NOTE = 500;

export const useAbout = create<About>()(() => NO_ABOUT);

/** What a link of anybody's making says of itself: text of a bearable length, nothing else. */
export function aboutFrom(value: unknown): About {
  const { title, note } = (value ?? {}) as { readonly title?: unknown; readonly note?: unknown };
  return { title: plain(title, MAX_TITLE).replaceAll('\n', ' '), note: plain(note, MAX_NOTE) };
}

/** Without control characters, and without those that turn the direction of the text around them. */
function plain(value: unknown, most: number): string {
  if (typeof value !== 'string') return '';
  const text = value.replaceAll(/[^\P{Cc}\n]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '').trim();
  return [...text].slice(0, most).join('');
}
