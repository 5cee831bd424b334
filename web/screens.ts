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

/** What the part of an address behind `#` asks for: a screen, the first where it names none, a part of it (`part`), and what it shows. */
export function readHash(hash: string): { readonly screen: Screen; readonly query: URLSearchParams } {
  const [path = '', text = ''] = hash.replace(/^#\/?/, '').split('?');
  const [first, part] = path.split('/');
  const query = new URLSearchParams(text);
  if (part !== undefined) query.set('part', part);
  return { screen: SCREENS.find((name) => name === first) ?? 'plan', query };
}
