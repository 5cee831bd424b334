/** What the library holds, as the page sees it. */
import { create } from 'zustand';
import type { FittedCalibration } from '../../sim/scenario/schema.ts';
import type { DocumentKind } from './document-store.ts';

export interface KeptTrace {
  readonly text: string;
  readonly bytes: number;
}

export interface KeptDocument {
  readonly kind: DocumentKind;
  readonly document: unknown;
  readonly savedAt: string;
}

/** What a finished comparison said, and the way back to it. */
export interface KeptRun {
  readonly name: string;
  readonly sentence: string;
  readonly engineDigest: string;
  readonly at: string;
  readonly document: unknown;
  readonly seeds: number;
}

export interface KeptCalibration {
  readonly calibration: FittedCalibration;
  readonly savedAt: string;
}

export interface Shelves {
  readonly calibrations: ReadonlyMap<string, KeptCalibration>;
  readonly traces: ReadonlyMap<string, KeptTrace>;
  readonly documents: ReadonlyMap<string, KeptDocument>;
  readonly runs: ReadonlyMap<string, KeptRun>;
  /** False once the browser has refused to keep something. */
  readonly isKeeping: boolean;
}

export const useLibrary = create<Shelves>()(() => ({
  calibrations: new Map(),
  traces: new Map(),
  documents: new Map(),
  runs: new Map(),
  isKeeping: true,
}));

let told: () => void;

/** Settles once what is kept can be used: a document may name a trace. */
export const shelvesFilled = new Promise<void>((resolve) => {
  told = resolve;
});

/** What is put on a shelf while it is being read is kept. */
export function fill(kept: Omit<Shelves, 'isKeeping'>): void {
  useLibrary.setState((state) => ({
    traces: new Map([...kept.traces, ...state.traces]),
    documents: new Map([...kept.documents, ...state.documents]),
    runs: new Map([...kept.runs, ...state.runs]),
    calibrations: new Map([...kept.calibrations, ...state.calibrations]),
  }));
  told();
}
