/**
 * A live run as the input of a simulated one: who arrived when, what scrapes read when, when answers came and ended. With it
 * the simulator's cluster makes every routing decision again; what its engines and its scrape clock would have done is
 * replaced by what was seen. Times in µs on the event grid, no two entries at the same one: their order is that of the record.
 */
import type { KvEvent } from '../../../src/prefix/kv-events.ts';
import type { ResponseUsage } from '../../../src/routing/contract.ts';
import type { Sample } from '../../../src/routing/sample.ts';
import type { SimRequest } from '../../workload/request.ts';

/** Something that the router was shown of an endpoint. */
export type RecordedSignal =
  | { readonly kind: 'scraped'; readonly atUs: number; readonly id: string; readonly sample: Sample }
  | {
      readonly kind: 'kvEvents';
      readonly atUs: number;
      readonly id: string;
      /** Number of the precise producer that is told, and the model by which its keys begin. */
      readonly producer: number;
      readonly model: string;
      readonly events: readonly KvEvent[];
    };

/** How a request went on after it was sent. */
export interface RecordedAnswer {
  /** First part of the answer; -1: none came. */
  readonly firstTokenUs: number;
  readonly endUs: number;
  readonly completed: boolean;
  readonly usage: ResponseUsage;
}

/** A recorded run. */
export interface Recording {
  /** By arrival, `arrivalUs` as recorded; none has been in a run. */
  readonly requests: readonly SimRequest[];
  readonly signals: readonly RecordedSignal[];
  /** By request number; absent for requests that were not sent or never ended. */
  readonly answers: ReadonlyMap<number, RecordedAnswer>;
  /** When the live host asked its router whether anything was due, µs, ascending. */
  readonly looksUs: readonly number[];
}
