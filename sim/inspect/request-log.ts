/** Collects requests as they end, into columns that grow. Bounded: what comes once it is full is counted, not kept. */
import { addDecodePhases, PHASES, writeFirstPhases } from '../metrics/phases.ts';
import type { SimRequest } from '../workload/request.ts';
import { ENDINGS, type RequestColumns } from './recording.ts';

const FIRST_CAPACITY = 1024;
const PHASE_COUNT = PHASES.length;

interface Grown {
  id: Uint32Array;
  arrivalUs: Float64Array;
  endUs: Float64Array;
  phaseUs: Float32Array;
  promptTokens: Uint32Array;
  outputTokens: Uint32Array;
  cachedTokens: Uint32Array;
  endpoint: Int32Array;
  prefillEndpoint: Int32Array;
  preemptions: Uint16Array;
  ending: Uint8Array;
}

export class RequestLog {
  count = 0;
  leftOut = 0;
  readonly #most: number;
  #capacity = FIRST_CAPACITY;
  #columns = allocated(FIRST_CAPACITY);
  readonly #phases = new Float64Array(PHASE_COUNT);

  constructor(most: number) {
    this.#most = most;
  }

  add(request: SimRequest): void {
    if (this.count === this.#most) {
      this.leftOut += 1;
      return;
    }
    if (this.count === this.#capacity) this.#grow();
    const row = this.count;
    const { course } = request;
    const columns = this.#columns;
    columns.id[row] = request.request.id;
    columns.arrivalUs[row] = request.request.arrivalUs;
    columns.endUs[row] = course.endUs;
    columns.promptTokens[row] = request.promptTokens;
    columns.outputTokens[row] = request.outputTokens;
    columns.cachedTokens[row] = course.cachedTokens;
    columns.endpoint[row] = course.endpoint;
    columns.prefillEndpoint[row] = course.prefillEndpoint;
    columns.preemptions[row] = course.preemptions;
    columns.ending[row] = ENDINGS.indexOf(course.ending);
    this.#writePhases(request, row);
    this.count += 1;
  }

  finish(): RequestColumns {
    return { count: this.count, ...trimmed(this.#columns, this.count) };
  }

  /** A request that has not completed has no phases: all of its time is the one in which it ended. */
  #writePhases(request: SimRequest, row: number): void {
    const { course } = request;
    const at = row * PHASE_COUNT;
    if (course.ending === 'completed') {
      writeFirstPhases(request, this.#phases);
      addDecodePhases(request, this.#phases);
      for (let phase = 0; phase < PHASE_COUNT; phase += 1)
        this.#columns.phaseUs[at + phase] = Math.max(0, this.#phases[phase]!);
      return;
    }
    const wholeUs = Math.max(0, course.endUs - request.request.arrivalUs);
    const phase = course.dispatchedUs < 0 ? 'flowControl' : course.firstTokenUs < 0 ? 'queue' : 'decode';
    this.#columns.phaseUs[at + PHASES.indexOf(phase)] = wholeUs;
  }

  #grow(): void {
    this.#capacity = Math.min(this.#most, this.#capacity * 2);
    const larger = allocated(this.#capacity);
    for (const [name, column] of Object.entries(this.#columns))
      (larger[name as keyof Grown] as Float64Array).set(column as Float64Array);
    this.#columns = larger;
  }
}

function allocated(rows: number): Grown {
  return {
    id: new Uint32Array(rows),
    arrivalUs: new Float64Array(rows),
    endUs: new Float64Array(rows),
    phaseUs: new Float32Array(rows * PHASE_COUNT),
    promptTokens: new Uint32Array(rows),
    outputTokens: new Uint32Array(rows),
    cachedTokens: new Uint32Array(rows),
    endpoint: new Int32Array(rows),
    prefillEndpoint: new Int32Array(rows),
    preemptions: new Uint16Array(rows),
    ending: new Uint8Array(rows),
  };
}

function trimmed(columns: Grown, rows: number): Grown {
  const cut = Object.entries(columns).map(([name, column]) => [
    name,
    column.slice(0, name === 'phaseUs' ? rows * PHASE_COUNT : rows),
  ]);
  return Object.fromEntries(cut) as Grown;
}
