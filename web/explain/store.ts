/** The chart that is explained, in the drawer at the side; null: none is. */
import { create } from 'zustand';
import type { About } from './about.ts';

export interface Explained {
  /** Of the button that asked, which gets the focus back. */
  readonly id: string;
  /** What the chart is called on the page. */
  readonly title: string;
  readonly about: About;
}

export const useExplained = create<{ readonly shown: Explained | null }>()(() => ({ shown: null }));

export function explain(shown: Explained | null): void {
  useExplained.setState({ shown });
}
