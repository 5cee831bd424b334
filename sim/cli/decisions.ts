/** The `--decisions` file of simulated runs: one JSON line per routing decision, as `drydock route` writes them. */
import type { DecisionRecord } from '../../src/routing/decision.ts';
import type { EndpointTable } from '../../src/routing/endpoint.ts';
import type { DecisionSink } from '../worker/run-worker.ts';
import { decisionLine } from './route/decision-lines.ts';
import { LineWriter } from './run-file.ts';

/** Adds the decisions of one run to a file. */
export class DecisionWriter implements DecisionSink {
  readonly #lines: LineWriter;
  readonly #run: string | null;

  /** `run`: what a field in front says, null for none. */
  constructor(file: string, run: string | null) {
    this.#lines = new LineWriter(file);
    this.#run = run;
  }

  write(decision: DecisionRecord, table: EndpointTable): void {
    const line = decisionLine(String(decision.request.id), decision, table);
    this.#lines.write(JSON.stringify(this.#run === null ? line : { run: this.#run, ...line }));
  }

  close(): void {
    this.#lines.close();
  }
}
