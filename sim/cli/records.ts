/** The `--records` file: one CSV line per request, in the order in which they end. */
import { RequestTimes } from '../metrics/request-stats.ts';
import type { RecordSink } from '../worker/run-worker.ts';
import type { SimRequest } from '../workload/request.ts';
import { LineWriter } from './run-file.ts';

const COLUMNS =
  'id,arrival_s,endpoint,prefill_endpoint,input_tokens,cached_tokens,output_tokens,queue_ms,transfer_ms,' +
  'ttft_ms,tpot_ms,e2e_ms,preemptions,status';

/** The line that names the columns; with a column for the run in front where there are several. */
export function recordsHead(runs: number): string {
  return `${runs > 1 ? 'run,' : ''}${COLUMNS}\n`;
}

/** Adds the records of one run to a file. */
export class RecordWriter implements RecordSink {
  readonly #lines: LineWriter;
  readonly #prefix: string;

  /** `run`: what a column in front says, null for none. */
  constructor(file: string, run: string | null) {
    this.#lines = new LineWriter(file);
    this.#prefix = run === null ? '' : `${csvField(run)},`;
  }

  write(request: SimRequest): void {
    const { course } = request;
    const times = new RequestTimes().of(request);
    const fields = [
      request.request.id,
      request.request.arrivalUs / 1e6,
      course.endpoint < 0 ? '' : course.endpoint,
      course.prefillEndpoint < 0 ? '' : course.prefillEndpoint,
      request.promptTokens,
      course.cachedTokens,
      course.ending === 'completed' ? request.outputTokens : '',
      ms(times.queueUs),
      ms(times.transferUs),
      ms(times.ttftUs),
      ms(times.tpotUs),
      ms(times.e2eUs),
      course.preemptions,
      course.ending,
    ];
    this.#lines.write(`${this.#prefix}${fields.join(',')}`);
  }

  close(): void {
    this.#lines.close();
  }
}

/** A CSV field, quoted where it must be. */
export function csvField(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function ms(us: number): number | string {
  return Number.isNaN(us) ? '' : us / 1e3;
}
