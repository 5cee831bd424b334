/** The `--records` file: one CSV line per request in the order in which they end, written as the run goes on. */
import { closeSync, openSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { requestTimes } from '../metrics/request-stats.ts';
import type { RecordPlace } from '../run/run-spec.ts';
import type { RecordSink } from '../worker/run-worker.ts';
import type { SimRequest } from '../workload/request.ts';
import { unwritable } from './document.ts';

const COLUMNS =
  'id,arrival_s,endpoint,prefill_endpoint,input_tokens,cached_tokens,output_tokens,queue_ms,transfer_ms,' +
  'ttft_ms,tpot_ms,e2e_ms,preemptions,status';
const FLUSH_CHARACTERS = 1 << 16;
const COPY_BYTES = 1 << 20;

/**
 * The file as a whole. Runs that go on one after the other add to it directly; of runs that go on side by side each has a
 * file of its own beside it, and these are added in order as soon as it is their turn.
 */
export class RecordsFile {
  readonly #file: string;
  readonly #areSideBySide: boolean;
  readonly #runs: number;
  /** Runs that have ended and whose turn has not come. */
  readonly #ended = new Set<number>();
  #next = 0;

  constructor(file: string, runs: number, areSideBySide: boolean) {
    this.#file = file;
    this.#runs = runs;
    this.#areSideBySide = areSideBySide;
    try {
      writeFileSync(file, `${runs > 1 ? 'run,' : ''}${COLUMNS}\n`);
    } catch (error) {
      throw unwritable(file, error);
    }
  }

  /** Where the records of a run go. */
  placeOf(index: number, run: string): RecordPlace {
    const where = this.#areSideBySide ? this.#partOf(index) : this.#file;
    return { where, run: this.#runs > 1 ? run : null };
  }

  /** A run has ended: its records, and those that waited for it, are added. */
  ended(index: number): void {
    if (!this.#areSideBySide) return;
    this.#ended.add(index);
    for (; this.#ended.delete(this.#next); this.#next++) {
      appendTo(this.#file, this.#partOf(this.#next));
      rmSync(this.#partOf(this.#next));
    }
  }

  /** Records of runs that did not end, or whose turn did not come, are dropped. */
  close(): void {
    if (!this.#areSideBySide) return;
    for (let i = this.#next; i < this.#runs; i++) rmSync(this.#partOf(i), { force: true });
  }

  #partOf(index: number): string {
    return resolve(`${this.#file}.run-${index}`);
  }
}

/** Adds the records of one run to a file. */
export class RecordWriter implements RecordSink {
  readonly #descriptor: number;
  readonly #prefix: string;
  #pending = '';

  /** `run`: what a column in front says, null for none. */
  constructor(file: string, run: string | null) {
    try {
      this.#descriptor = openSync(file, 'a');
    } catch (error) {
      throw unwritable(file, error);
    }
    this.#prefix = run === null ? '' : `${csvField(run)},`;
  }

  write(request: SimRequest): void {
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
    this.#pending += `${this.#prefix}${fields.join(',')}\n`;
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

/** Adds one file's bytes to another, a piece at a time. */
function appendTo(file: string, part: string): void {
  const from = openSync(part, 'r');
  const to = openSync(file, 'a');
  const piece = Buffer.allocUnsafe(COPY_BYTES);
  for (let bytes = readSync(from, piece); bytes > 0; bytes = readSync(from, piece)) {
    writeSync(to, piece, 0, bytes);
  }
  closeSync(from);
  closeSync(to);
}

/** A CSV field, quoted where it must be. */
export function csvField(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function ms(us: number): number | string {
  return Number.isNaN(us) ? '' : us / 1e3;
}
