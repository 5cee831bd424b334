/** The last answer to "what would change the decision", with the setup that it is about: the rail's sliders mark its points. */
import { create } from 'zustand';
import type { WhyReport } from '../../sim/why/report.ts';
import type { Setup } from './setup.ts';

export interface FlipBasis {
  readonly setup: Setup;
  readonly report: WhyReport;
}

export const useFlips = create<{ readonly basis: FlipBasis | null }>()(() => ({ basis: null }));
