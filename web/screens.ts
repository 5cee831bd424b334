/** The screens and their scripts, each a chunk of its own; the address names the one that is open. */
import { SCREENS, type Screen } from './screen-names.ts';

type LoadPage = () => Promise<{ readonly default: React.ComponentType }>;

export const PAGES: Readonly<Record<Screen, LoadPage>> = {
  plan: () => import('./plan/plan-page.tsx').then((m) => ({ default: m.PlanPage })),
  compare: () => import('./compare/compare-page.tsx').then((m) => ({ default: m.ComparePage })),
  inspect: () => import('./inspect/inspect-page.tsx').then((m) => ({ default: m.InspectPage })),
  lab: () => import('./lab/lab-page.tsx').then((m) => ({ default: m.LabPage })),
  library: () => import('./library/library-page.tsx').then((m) => ({ default: m.LibraryPage })),
};

/** What the part of an address behind `#` asks for: a screen, the first where it names none, and what it shows. */
export function readHash(hash: string): { readonly screen: Screen; readonly query: URLSearchParams } {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  return { screen: SCREENS.find((name) => name === path) ?? 'plan', query: new URLSearchParams(query) };
}
