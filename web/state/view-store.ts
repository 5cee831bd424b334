/** What the reader is looking at, as far as a link should bring it back: which fleet and requests, and how. Not undoable. */

import { create } from 'zustand';
import { PHASES, type Phase } from '../../sim/metrics/phases.ts';
import { type Screen, SHELVES, type Shelf } from '../screen-names.ts';
import { TABLE_FIGURES, type TableFigure } from './table-figures.ts';

/** Latencies that requests are picked by. */
export const COHORT_METRIC_IDS = ['ttft', 'tpot', 'e2e'] as const;
export type CohortMetric = (typeof COHORT_METRIC_IDS)[number];

/** Requests of which a latency is within a range, both ends included. */
export interface Cohort {
  readonly metric: CohortMetric;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface ViewState {
  /** Place of the inspected fleet in the comparison, from 0. */
  readonly fleet: number;
  /** Number of the request whose course is shown; null: none. */
  readonly request: number | null;
  /** Requests that the inspection is narrowed to; null: all. */
  readonly cohort: Cohort | null;
  /** What the large chart of the comparison is about. */
  readonly figure: TableFigure;
  /** Phase of requests that is explained, and brought forward in the timeline; null: none. */
  readonly phase: Phase | null;
  /** Place of the instance that the timeline is narrowed to, in the recording; null: all. */
  readonly instance: number | null;
  /** Distributions: whether their share axis gives each nine the same room, and whether bands are drawn. */
  readonly isNines: boolean;
  readonly hasBand: boolean;
  /** What of the library is open. */
  readonly shelf: Shelf;
  /** Whether the document is edited as text. */
  readonly isYaml: boolean;
  /** What an API charges that the fleets are held against; null: none. */
  readonly apiPrice: { readonly usdPer1MInput: number; readonly usdPer1MOutput: number } | null;
}

const FIRST: ViewState = {
  fleet: 0,
  request: null,
  cohort: null,
  figure: 'ttftMs.p95',
  phase: null,
  instance: null,
  isNines: false,
  hasBand: false,
  shelf: 'scenarios',
  isYaml: false,
  apiPrice: null,
};

export const useView = create<ViewState>()(() => FIRST);

/** What follows the screen in the path of an address. */
export function viewPath(screen: Screen, { shelf }: ViewState): string {
  return screen === 'library' && shelf !== FIRST.shelf ? `/${shelf}` : '';
}

/** The part of an address that says it; empty where it says nothing. */
export function viewQuery(screen: Screen, view: ViewState): string {
  const { fleet, request, cohort, figure, phase, instance, isNines, hasBand, apiPrice } = view;
  const curves = `${isNines ? '&y=nines' : ''}${hasBand ? '&band=1' : ''}`;
  const wait = phase === null ? '' : `&ph=${phase}`;
  if (screen === 'compare') {
    const api = apiPrice === null ? '' : `&api=${apiPrice.usdPer1MInput},${apiPrice.usdPer1MOutput}`;
    const row = figure === FIRST.figure ? '' : `&m=${figure}`;
    return `${row}${wait}${curves}${api}`;
  }
  if (screen !== 'inspect') return '';
  const letter = fleet === 0 ? '' : `&f=${String.fromCharCode(65 + fleet)}`;
  const one = request === null ? '' : `&r=${request}`;
  const range = cohort === null ? '' : `&c=${cohort.metric},${cohort.fromMs},${cohort.toMs}`;
  const place = instance === null ? '' : `&i=${instance}`;
  return `${letter}${one}${range}${wait}${place}${curves}`;
}

export function viewFromQuery(query: URLSearchParams): Omit<ViewState, 'isYaml'> {
  const letter = query.get('f') ?? 'A';
  const api = query.get('api')?.split(',').map(Number) ?? [];
  const [usdPer1MInput = 0, usdPer1MOutput = 0] = api;
  return {
    fleet: /^[A-E]$/.test(letter) ? letter.charCodeAt(0) - 65 : FIRST.fleet,
    request: placeFrom(query.get('r')),
    cohort: cohortFrom(query.get('c')),
    figure: TABLE_FIGURES.find((path) => path === query.get('m')) ?? FIRST.figure,
    phase: PHASES.find((id) => id === query.get('ph')) ?? null,
    instance: placeFrom(query.get('i')),
    isNines: query.get('y') === 'nines',
    hasBand: query.get('band') === '1',
    shelf: SHELVES.find((name) => name === query.get('part')) ?? FIRST.shelf,
    apiPrice:
      api.length === 2 && api.every((usd) => usd >= 0 && usd <= 10_000)
        ? { usdPer1MInput, usdPer1MOutput }
        : null,
  };
}

/** A whole number; null for anything else. */
function placeFrom(text: string | null): number | null {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null;
}

/** `ttft,400,900`; null for anything else. */
function cohortFrom(text: string | null): Cohort | null {
  const [id, from, to, ...more] = text?.split(',') ?? [];
  const metric = COHORT_METRIC_IDS.find((one) => one === id);
  const [fromMs, toMs] = [Number(from), Number(to)];
  const isRange = more.length === 0 && fromMs >= 0 && toMs >= fromMs && Number.isFinite(toMs);
  return metric !== undefined && isRange ? { metric, fromMs, toMs } : null;
}
