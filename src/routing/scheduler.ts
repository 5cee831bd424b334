/**
 * Schedules one admitted request: candidates (subset hint, screeners), producers, admitters, then the profile
 * handler's loop, the conditional-decode gate and PreRequest hooks. Order and outcomes as in router specification 1.3
 * f-m and 3.1. Candidates stand in ascending row order, which is one of the orders upstream may have.
 */
import { assert } from '../core/check.ts';
import type { Columns, PrefixMatchColumn } from './columns.ts';
import type { Dispatch, Rejection } from './contract.ts';
import { MutableCycle } from './cycle.ts';
import type { DecisionRecorder, ProfileRecord } from './decision.ts';
import { DispatchBuilder, Draft } from './dispatch-builder.ts';
import type { EndpointTable } from './endpoint.ts';
import type {
  Admitter,
  Producer,
  ProfileHandler,
  ProfileResult,
  RequestHooks,
  SchedulingRun,
  Screener,
} from './plugin.ts';
import type { Profile } from './profile.ts';
import { admitterDenial, NO_ENDPOINTS, NOT_AVAILABLE } from './rejections.ts';
import type { InferenceRequest } from './request.ts';

/** What a scheduler is made of. */
export interface SchedulerParts {
  readonly table: EndpointTable;
  readonly columns: Columns;
  readonly profiles: readonly Profile[];
  readonly handler: ProfileHandler;
  readonly screeners: readonly Screener[];
  readonly producers: readonly Producer[];
  readonly admitters: readonly Admitter[];
  readonly hooks: readonly RequestHooks[];
  /** The match info under the default key, which the conditional-decode gate looks at. */
  readonly defaultMatch: PrefixMatchColumn;
  readonly disableSubsetFilter: boolean;
  readonly recorder: DecisionRecorder | null;
  readonly pin: Pin | null;
}

/** Endpoint id that a request's profile is to be left with in place of all candidates; null: leave it alone. */
export type Pin = (request: InferenceRequest, profile: string) => string | null;

/** The part of a run that changes from request to request. */
class Run implements SchedulingRun {
  request!: InferenceRequest;
  nowUs = 0;
  readonly results: readonly ProfileResult[];

  constructor(results: readonly ProfileResult[]) {
    this.results = results;
  }
}

/** Scheduling of one router. */
export class Scheduler {
  readonly #parts: SchedulerParts;
  readonly #cycle: MutableCycle;
  readonly #run: Run;
  readonly #builder: DispatchBuilder;
  readonly #draft: Draft;
  readonly #order: Int32Array;
  #candidates = new Int32Array(16);
  #screened = new Int32Array(0);

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
    this.#cycle = new MutableCycle(parts.table);
    this.#run = new Run(parts.profiles);
    this.#builder = new DispatchBuilder(parts.table, parts.handler);
    this.#draft = new Draft(parts.table);
    this.#order = new Int32Array(parts.profiles.length);
  }

  /** The rows that a request may go to by its subset hint, before screeners; not to be written. */
  subsetRows(request: InferenceRequest): Int32Array {
    if (!this.#isSubset(request)) return this.#parts.table.rows;
    const count = this.#locate(request);
    return this.#candidates.slice(0, count);
  }

  /** Decides; on success all PreRequest hooks have run. */
  schedule(request: InferenceRequest, nowUs: number): Dispatch | Rejection {
    const { recorder } = this.#parts;
    const records: ProfileRecord[] | null = recorder === null ? null : [];
    const outcome = this.#decide(request, nowUs, records);
    if (recorder !== null && records !== null) {
      const dispatch = 'status' in outcome ? null : outcome;
      const rejection = 'status' in outcome ? outcome : null;
      const primary = dispatch === null ? null : this.#draft.primary;
      recorder.decided({ request, nowUs, profiles: records, primary, dispatch, rejection });
    }
    return outcome;
  }

  #decide(request: InferenceRequest, nowUs: number, records: ProfileRecord[] | null): Dispatch | Rejection {
    const { columns, table, producers, admitters, screeners } = this.#parts;
    columns.grow(table.capacity);
    let { rows } = table;
    let count = rows.length;
    if (screeners.length > 0 || this.#isSubset(request)) {
      count = this.#screen(request, this.#locate(request));
      rows = this.#candidates;
    }
    if (count === 0) return NO_ENDPOINTS;
    for (const producer of producers) producer.produce(request, rows, count, nowUs);
    for (const admitter of admitters) {
      const why = admitter.deny(request, rows, count, nowUs);
      if (why !== null) return admitterDenial(why);
    }
    return this.#runProfiles(request, rows, count, nowUs, records);
  }

  #isSubset(request: InferenceRequest): boolean {
    return request.subset !== null && !this.#parts.disableSubsetFilter;
  }

  /** Fills the candidates from table and subset hint; returns their number. The port of a hint is ignored. */
  #locate(request: InferenceRequest): number {
    const { table, disableSubsetFilter } = this.#parts;
    const all = table.rows;
    if (this.#candidates.length < all.length) this.#candidates = new Int32Array(2 * all.length);
    const own = this.#candidates;
    if (request.subset === null || disableSubsetFilter) {
      own.set(all);
      return all.length;
    }
    const hosts = new Set(request.subset.map(hostOf));
    let count = 0;
    for (let i = 0; i < all.length; i++) {
      const address = table.endpoints[all[i]!]?.address ?? '';
      if (hosts.has(hostOf(address))) own[count++] = all[i]!;
    }
    return count;
  }

  /** Every screener sees the whole list; what all of them keep stays. */
  #screen(request: InferenceRequest, count: number): number {
    const { screeners, table } = this.#parts;
    if (screeners.length === 0 || count === 0) return count;
    const all = this.#candidates.slice(0, count);
    let kept = count;
    for (const screener of screeners) {
      if (this.#screened.length < count) this.#screened = new Int32Array(2 * count);
      this.#screened.set(all);
      const passed = this.#screened.subarray(0, screener.screen(request, this.#screened, count, table));
      let next = 0;
      for (let i = 0; i < kept; i++) {
        const row = this.#candidates[i]!;
        if (passed.includes(row)) this.#candidates[next++] = row;
      }
      kept = next;
    }
    return kept;
  }

  #runProfiles(
    request: InferenceRequest,
    rows: Int32Array,
    count: number,
    nowUs: number,
    records: ProfileRecord[] | null,
  ): Dispatch | Rejection {
    const { profiles, handler, pin } = this.#parts;
    const cycle = this.#cycle;
    const run = this.#run;
    run.request = request;
    run.nowUs = nowUs;
    cycle.request = request;
    cycle.nowUs = nowUs;
    for (const profile of profiles) {
      profile.state = 'pending';
      profile.count = 0;
    }
    let ran = 0;
    for (let index = handler.next(run); index >= 0; index = handler.next(run)) {
      const profile = profiles[index];
      assert(profile?.state === 'pending', 'a profile handler asks for each profile at most once');
      cycle.peerRow = handler.peerRow === undefined ? -1 : handler.peerRow(run, index);
      const pinned = pin === null ? -1 : this.#pinned(pin, request, profile.profile);
      if (pinned < 0) profile.run(cycle, rows, count, records);
      else profile.run(cycle, Int32Array.of(pinned), 1, records);
      this.#order[ran++] = index;
    }
    const primary = handler.finish(run);
    if (typeof primary !== 'number') return primary;
    return this.#prepare(request, ran, primary, nowUs);
  }

  /** Row that the request is pinned to, or -1. */
  #pinned(pin: Pin, request: InferenceRequest, profile: string): number {
    const id = pin(request, profile);
    return id === null ? -1 : this.#parts.table.rowOf(id);
  }

  #prepare(request: InferenceRequest, ran: number, primary: number, nowUs: number): Dispatch | Rejection {
    const { profiles, hooks, defaultMatch } = this.#parts;
    const result = profiles[primary];
    assert(result?.state === 'picked', 'the primary profile has picked');
    if (request.headers.size > 0 && request.headers.get('prefer') === 'if-available') {
      const held = defaultMatch.present ? defaultMatch.matchBlocks[result.rows[0]!]! : 0;
      if (held === 0) return NOT_AVAILABLE;
    }
    const draft = this.#draft;
    draft.begin(this.#builder.build(profiles, this.#order, ran, primary), result.profile);
    for (const hook of hooks) hook.onDispatched?.(request, draft, nowUs);
    return draft.done();
  }
}

/** Address without its port; IPv6 hosts in brackets keep theirs whole. */
function hostOf(address: string): string {
  const bracket = /^\[([^\]]*)\]/.exec(address);
  if (bracket !== null) return bracket[1]!;
  const parts = address.split(':');
  return parts.length === 2 ? parts[0]! : address;
}
