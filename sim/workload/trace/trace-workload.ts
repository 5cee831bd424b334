/**
 * Replay of a trace file. Arrivals are open loop: a row comes when the trace says, whether or not the rows before it have been
 * answered. The file is read as arrivals are drawn, never ahead of what jitter needs.
 *
 * A row with 0 output tokens (a request that failed where it was recorded) is replayed with 1, because an engine that has
 * computed a prompt always emits a token; `notes` counts such rows.
 */
import { ConfigError } from '../../../src/core/check.ts';
import type { Streams } from '../../../src/core/rng.ts';
import { gridUs } from '../../kernel/kernel.ts';
import type { TraceSpec } from '../../scenario/schema.ts';
import type { ArrivalBounds } from '../bounds.ts';
import type { SimRequest } from '../request.ts';
import { type RequestTraits, requestTraits, simulatedRequest } from '../simulated-request.ts';
import type { Workload } from '../workload.ts';
import { traceFormat } from './detect.ts';
import type { TraceFormat } from './format.ts';
import { TRACE_FORMATS } from './formats.ts';
import { TracePrompts } from './prompts.ts';
import type { TraceRow } from './row.ts';
import { TraceRows } from './rows.ts';
import { TraceSchedule } from './schedule.ts';

/** Reads the lines of a file, from its start with every call. */
export type ReadLines = (path: string) => Iterable<string>;

/** Class of rows that name none. */
const UNNAMED_CLASS = 'default';

/** Classes a trace may have; a column with more distinct values is no class column. */
const CLASSES_MAX = 64;

/** What a replay is made of. */
export interface TraceParts {
  readonly path: string;
  readonly readLines: ReadLines;
  readonly streams: Streams;
  readonly bounds: ArrivalBounds;
  /** Model of rows that name none. */
  readonly model: string;
}

/** Requests as a trace file lists them. */
export class TraceWorkload implements Workload {
  readonly classes: readonly string[];
  readonly hasFollowUps = false;
  readonly #path: string;
  readonly #rows: TraceRows;
  readonly #schedule: TraceSchedule;
  readonly #prompts: TracePrompts;
  readonly #bounds: ArrivalBounds;
  readonly #model: string;
  readonly #traits = new Map<string, RequestTraits>();
  #nextId = 0;
  #ended = false;
  #zeroOutputs = 0;

  constructor(spec: TraceSpec, parts: TraceParts) {
    const format = TRACE_FORMATS[traceFormat(spec.format, parts.path, parts.readLines)];
    this.classes = format.hasClasses ? classNames(format, parts) : [UNNAMED_CLASS];
    this.#path = parts.path;
    this.#rows = new TraceRows(
      parts.path,
      parts.readLines(parts.path),
      format.open(),
      spec.badRows ?? 'stop',
    );
    this.#schedule = new TraceSchedule(this.#rows, spec, parts.streams.open('workload/jitter'));
    this.#prompts = new TracePrompts(format.blockTokens);
    this.#bounds = parts.bounds;
    this.#model = parts.model;
  }

  /** What was unusual about the rows read so far, one sentence each. */
  get notes(): readonly string[] {
    const notes: string[] = [];
    const { badRows, problems } = this.#rows;
    if (badRows > 0) {
      const first = problems.map((p) => `${p.path}: found ${p.found}, expected ${p.expected}`).join('; ');
      notes.push(
        `trace: ${counted(badRows, 'bad row')} skipped (${first}${badRows > problems.length ? '; ...' : ''})`,
      );
    }
    if (this.#zeroOutputs > 0) {
      notes.push(`trace: ${counted(this.#zeroOutputs, 'row')} with 0 output tokens replayed with 1`);
    }
    return notes;
  }

  next(): SimRequest | null {
    if (this.#ended) return null;
    const scheduled = this.#nextId < this.#bounds.requests ? this.#schedule.next() : null;
    if (scheduled === null || scheduled.arrivalUs > this.#bounds.untilUs) {
      this.#ended = true;
      this.#rows.close();
      if (this.#nextId === 0) this.#complainOfNothing();
      return null;
    }
    return this.#request(scheduled.row, gridUs(scheduled.arrivalUs));
  }

  onFinished(): null {
    return null;
  }

  #request(row: TraceRow, arrivalUs: number): SimRequest {
    const traits = this.#traitsOf(row);
    if (row.outputTokens === 0) this.#zeroOutputs += 1;
    const wanted = Math.max(1, row.outputTokens);
    const outputTokens = row.maxTokens > 0 ? Math.min(wanted, row.maxTokens) : wanted;
    const { prompt, outputContentId } = this.#prompts.make(row, outputTokens, traits.keySeed);
    return simulatedRequest(
      {
        id: this.#nextId++,
        arrivalUs,
        prompt,
        outputTokens,
        maxTokens: row.maxTokens > 0 ? row.maxTokens : outputTokens,
        outputContentId,
        session: -1,
      },
      traits,
    );
  }

  #traitsOf(row: TraceRow): RequestTraits {
    const key = `${row.priority}/${row.className}/${row.model}`;
    let traits = this.#traits.get(key);
    if (traits === undefined) {
      const classIndex = this.classes.indexOf(row.className === '' ? UNNAMED_CLASS : row.className);
      const model = row.model === '' ? this.#model : row.model;
      traits = requestTraits({ classIndex, model, priority: row.priority });
      this.#traits.set(key, traits);
    }
    return traits;
  }

  #complainOfNothing(): never {
    throw new ConfigError({
      file: this.#path,
      path: '',
      found: `no usable row in ${this.#rows.lines} lines (${this.#rows.badRows} bad)`,
      expected: 'at least one row within workload.window and run.durationS',
    });
  }
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Classes in order of first appearance, from a reading of its own. Bad rows are left to the replay. */
function classNames(format: TraceFormat, parts: TraceParts): readonly string[] {
  const rows = new TraceRows(parts.path, parts.readLines(parts.path), format.open(), 'skip');
  const names: string[] = [];
  for (let row = rows.next(); row !== null; row = rows.next()) {
    const name = row.className === '' ? UNNAMED_CLASS : row.className;
    if (names.includes(name)) continue;
    names.push(name);
    if (names.length > CLASSES_MAX) {
      throw new ConfigError({
        file: parts.path,
        path: `line ${rows.lines}, class`,
        found: `more than ${CLASSES_MAX} classes`,
        expected: `at most ${CLASSES_MAX} request classes`,
      });
    }
  }
  return names.length === 0 ? [UNNAMED_CLASS] : names;
}
