/** What the page may ask of its worker: the simulator, the names that its forms offer, and help for its editor. */
import type { Exported, ExportSource } from '../../sim/export/target.ts';
import type { ColumnMapping } from '../../sim/import/table/mapping.ts';
import type { Table } from '../../sim/import/table/table.ts';
import type { PlanReport } from '../../sim/planner/report.ts';
import type { Plan } from '../../sim/planner/schema.ts';
import type { JsonSchema } from '../../sim/scenario/json-schema.ts';
import type { Comparison, Scenario } from '../../sim/scenario/schema.ts';
import type { JobOptions, JobOutcome, ProgressSink, SimulationWorker } from '../../sim/worker/api.ts';
import type { InspectWorker } from '../../sim/worker/inspect-worker.ts';
import type { LoadWorker } from '../../sim/worker/load-worker.ts';
import type { WhyWorker } from '../../sim/worker/why-worker.ts';
import type { ConfigProblem } from '../../src/core/check.ts';
import type { DocumentKind } from '../state/document-store.ts';
import type { CalibrationFit, CalibrationInput } from './calibration.ts';
import type { MappedFile, ReadFile } from './imports.ts';

/** An entry of a catalogue as a form offers it. */
export interface Choice {
  readonly id: string;
  readonly name: string;
}

/** A GPU, with what a scenario that says nothing of it takes. */
export interface GpuChoice extends Choice {
  /** USD per GPU and hour; null where the catalogue has none. */
  readonly usdPerHour: number | null;
  readonly nic: { readonly GBps: number; readonly baseUs: number };
  /** Tokens of a step of vLLM. */
  readonly stepTokens: number;
}

export interface Choices {
  readonly gpus: readonly GpuChoice[];
  readonly models: readonly Choice[];
  readonly workloads: readonly Choice[];
  readonly policies: readonly Choice[];
  readonly providers: readonly Choice[];
}

/** Files that deploy a fleet, or why a target has none for it. */
export type ExportOutcome =
  | ({ readonly status: 'done' } & Exported)
  | { readonly status: 'refused'; readonly reasons: readonly string[] };

export type JobId = Pick<JobOptions, 'jobId'>;

/** What the worker loads when it is first asked for. */
export interface Jobs
  extends Pick<InspectWorker, 'runInspect'>,
    Pick<LoadWorker, 'runLoads'>,
    Pick<WhyWorker, 'runWhy'> {
  /** JSON Schema of a kind of document, for completion. */
  schema(kind: DocumentKind): JsonSchema;
  /** What is wrong with a document, each problem with its path. */
  check(kind: DocumentKind, document: unknown): readonly ConfigProblem[];
  /** Fleets that a plan would look at; null where the plan is not valid. */
  planSize(document: unknown): number | null;
  /** Fleets of a plan by name as a comparison under its traffic; those that the plan does not have are left out. */
  planComparison(plan: Plan, fleets: readonly string[]): Comparison | null;
  /** One fleet of a plan as a scenario; null where the plan does not have it. */
  planScenario(plan: Plan, fleet: string): Scenario | null;
  /** Searches the fleets of a plan; `done` is the share of the fleets looked at. */
  runPlan(
    document: unknown,
    options: JobId & Pick<JobOptions, 'traces'>,
    onProgress: ProgressSink<PlanReport>,
  ): Promise<JobOutcome<PlanReport>>;
}

/** Answers of something that has to be loaded before. */
type Later<Of> = {
  readonly [Name in keyof Of]: Of[Name] extends (...given: infer Given) => infer Answer
    ? (...given: Given) => Promise<Awaited<Answer>>
    : never;
};

export interface DashboardWorker extends SimulationWorker, Later<Jobs> {
  /** The catalogues' names; their figures stay in the worker. */
  choices(): Choices;
  /** What a fleet can be saved as. */
  exportTargets(): Promise<readonly Choice[]>;
  exportFleet(target: string, source: ExportSource): Promise<ExportOutcome>;
  /** Reads a file of another tool, bytes where it is Parquet; `gpu`: of servers that name none. */
  readFile(name: string, content: string | Uint8Array, gpu: string): Promise<ReadFile>;
  /** A table of the user's own as a trace, by the columns that the user names. */
  mapColumns(text: string, table: Table, mapping: ColumnMapping): Promise<MappedFile>;
  /** Fits a calibration to measurements, in one go. */
  calibrateFiles(
    input: CalibrationInput,
    jobId: string,
    onProgress: ProgressSink<CalibrationFit>,
  ): Promise<JobOutcome<CalibrationFit>>;
}
