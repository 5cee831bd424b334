/** What an importer is: a pure function from a text of another tool to parts of a scenario, and the list of what it left. */
import type { LlmSpec } from '../../models/schema.ts';
import type { PoolSpec, RouterSpec, WorkloadSpec } from '../scenario/schema.ts';

/** What the text does not say and the user does. */
export interface ImportContext {
  /** Accelerator of pools that name none. */
  readonly gpu?: string;
  /** Catalogue or Hugging Face id, where the text names no model or one that the catalogue does not have. */
  readonly model?: string;
  /** Path of a config.json, where the catalogue does not have the model. */
  readonly modelConfig?: string;
  /** Replicas of pools whose number the text does not say. */
  readonly replicas?: number;
  /** Option that names the kind of text where it is not recognised. */
  readonly fromOption?: string;
  /** Path that the scenario names the imported file by; empty for pasted text. */
  readonly path: string;
  /** All lines of the imported file, where the text is only its head. */
  readonly readLines?: () => Iterable<string>;
  /** Text of a file that the imported text names; undefined where it cannot be had. */
  readonly readFile?: (path: string) => string | undefined;
}

/** Parts of a scenario. */
export interface Imported {
  readonly pools: readonly PoolSpec[];
  readonly router?: RouterSpec;
  readonly workload?: WorkloadSpec;
  /** A model that was described rather than named. */
  readonly model?: LlmSpec;
  /** What was not understood, or is taken differently than written, one sentence each. */
  readonly notes: readonly string[];
  /** Servers for a scenario whose parts have none. Throws ConfigError when the user did not say which. */
  readonly standIn?: () => readonly PoolSpec[];
  /** What was found, for people: one line each. */
  readonly facts?: readonly string[];
}

/** One kind of text. */
export interface Importer {
  readonly name: string;
  /** What it reads, for lists. */
  readonly summary: string;
  /** Whether a text looks like it. */
  detects(text: string): boolean;
  /** Throws ConfigError with the place in the text. */
  read(text: string, context: ImportContext): Imported;
}
