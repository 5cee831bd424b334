/** The `--records` file: one CSV line per request in the order in which they end, written as the run goes on. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { requestTimes } from '../metrics/request-stats.ts';
import type { SimRequest } from '../workload/request.ts';
import { unwritable } from './document.ts';

const COLUMNS =
  'id,arrival_s,endpoint,prefill_endpoint,input_tokens,cached_tokens,output_tokens,queue_ms,transfer_ms,' +
  'ttft_ms,tpot_ms,e2e_ms,preemptions,status';
const FLUSH_CHARACTERS = 1 << 16;

/** Writes records. With several runs a column `run` in front says which one a line belongs to. */
export class RecordWriter {
  readonly #descriptor: number;
  readonly #hasRuns: boolean;
  #pending: string;

  constructor(file: string, hasRuns: boolean) {
    try {
      this.#descriptor = openSync(file, 'w');
    } catch (error) {
      throw unwritable(file, error);
    }
    this.#hasRuns = hasRuns;
    this.#pending = `${hasRuns ? 'run,' : ''}${COLUMNS}\n`;
  }

  write(request: SimRequest, run: string): void {
    const { course } = request;
    const times = requestTimes(request);
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
    this.#pending += `${this.#hasRuns ? `${csvField(run)},` : ''}${fields.join(',')}\n`;
    if (this.#pending.length >= FLUSH_CHARACTERS) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#descriptor);
  }

  #flush(): void {
    writeSync(this.#descriptor, this.#pending);
    this.#pending = '';
  }
}

/** A CSV field, quoted where it must be. */
export function csvField(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function ms(us: number): number | string {
  return Number.isNaN(us) ? '' : us / 1e3;
}
