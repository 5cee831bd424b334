/** What the reader is looking at, as far as a link should bring it back: which fleet, workload and request. Not undoable. */
import { create } from 'zustand';
import type { Screen } from '../screens.ts';

export interface ViewState {
  /** Place of the inspected fleet in the comparison, from 0. */
  readonly fleet: number;
  /** Number of the request whose course is shown; null: none. */
  readonly request: number | null;
  /** Whether the document is edited as text. */
  readonly isYaml: boolean;
  /** What an API charges that the fleets are held against; null: none. */
  readonly apiPrice: { readonly usdPer1MInput: number; readonly usdPer1MOutput: number } | null;
}

const FIRST: ViewState = { fleet: 0, request: null, isYaml: false, apiPrice: null };

export const useView = create<ViewState>()(() => FIRST);

/** The part of an address that says it; empty where it says nothing. */
export function viewQuery(screen: Screen, { fleet, request, apiPrice }: ViewState): string {
  if (screen === 'compare' && apiPrice !== null)
    return `&api=${apiPrice.usdPer1MInput},${apiPrice.usdPer1MOutput}`;
  if (screen !== 'inspect') return '';
  const letter = fleet === 0 ? '' : `&f=${String.fromCharCode(65 + fleet)}`;
  return `${letter}${request === null ? '' : `&r=${request}`}`;
}

export function viewFromQuery(query: URLSearchParams): Omit<ViewState, 'isYaml'> {
  const letter = query.get('f') ?? 'A';
  const request = query.get('r');
  const api = query.get('api')?.split(',').map(Number) ?? [];
  const [usdPer1MInput = 0, usdPer1MOutput = 0] = api;
  return {
    fleet: /^[A-E]$/.test(letter) ? letter.charCodeAt(0) - 65 : FIRST.fleet,
    request: request !== null && /^\d{1,9}$/.test(request) ? Number(request) : null,
    apiPrice:
      api.length === 2 && api.every((usd) => usd >= 0 && usd <= 10_000)
        ? { usdPer1MInput, usdPer1MOutput }
        : null,
  };
}
