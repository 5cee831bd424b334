/** What an export target is: a pure function from a scenario to files, and the list of what they cannot say. */
import type { Report } from '../metrics/report.ts';
import type { Scenario } from '../scenario/schema.ts';

/** What is exported. */
export interface ExportSource {
  readonly name: string;
  /** The scenario; its router configuration, where it has one, stands in it as an object. */
  readonly scenario: Scenario;
  /** Figures of its simulation, where it has been run. */
  readonly report?: Report;
  /** The same in words, where there is no report. */
  readonly estimate?: string;
}

/** A file that a deployment reads. */
export interface ExportFile {
  /** Name, relative to the folder of the export. */
  readonly path: string;
  readonly text: string;
}

/** An export. */
export interface Exported {
  readonly files: readonly ExportFile[];
  /** What the scenario says and the files do not, one sentence each. They stand in the files' headers, too. */
  readonly gaps: readonly string[];
}

/** One kind of export. */
export interface ExportTarget {
  readonly name: string;
  /** What it makes, for lists. */
  readonly summary: string;
  /** Throws ConfigError, with a path into the scenario, when the target has nothing for it. */
  make(source: ExportSource): Exported;
}
