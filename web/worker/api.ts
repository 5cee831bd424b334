/** What the page may ask of its worker: the simulator, and the names that its forms offer. */
import type { SimulationWorker } from '../../sim/worker/api.ts';

/** An entry of a catalogue as a form offers it. */
export interface Choice {
  readonly id: string;
  readonly name: string;
}

export interface Choices {
  readonly gpus: readonly Choice[];
  readonly models: readonly Choice[];
}

export interface DashboardWorker extends SimulationWorker {
  /** The catalogues' names; their figures stay in the worker. */
  choices(): Choices;
}
