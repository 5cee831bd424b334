/**
 * Which endpoint a session is bound to. Two strategies (router specification 3.3):
 *   encoded_endpoint_header  stateless: a header carries base64(endpoint id); the response returns the chosen one's
 *   session_id               a map from session id to endpoint with a TTL, written at PreRequest; a binding moves only
 *                            when the bound endpoint was not among the candidates
 */
import { Fields } from '../config/fields.ts';
import type { Dispatch } from '../contract.ts';
import type { EndpointTable } from '../endpoint.ts';
import type { Cycle, DispatchDraft, PluginContext, PluginState, RequestHooks } from '../plugin.ts';
import type { InferenceRequest } from '../request.ts';
import { base64, fromBase64 } from './base64.ts';

/** Where a session id is read; exactly one of the two is set. */
interface Source {
  readonly header: string;
  /** Request attribute of another plugin, e.g. `agent-identity`. */
  readonly attribute: string;
}

export interface AffinityParameters {
  readonly strategy: 'encoded_endpoint_header' | 'session_id';
  /** Profile whose target is bound; empty: the primary one. */
  readonly profileName: string;
  readonly tokenHeader: string;
  readonly sources: readonly Source[];
  readonly ttlUs: number;
  readonly sweepUs: number;
}

export function parseAffinity(raw: unknown, path: string): AffinityParameters {
  const fields = new Fields(raw, path, [
    'strategy',
    'profileName',
    'encodedEndpointHeaderConfig',
    'sessionIdConfig',
  ]);
  const session = fields.object('sessionIdConfig', ['sources', 'evictionTtlSeconds', 'evictionSweepSeconds']);
  const sources = session.objects('sources', ['header', 'attribute']).map((source) => {
    if (source.has('header') === source.has('attribute'))
      source.refuse('header', 'exactly one of header and attribute');
    return {
      header: source.string('header', '').toLowerCase(),
      attribute: source.string('attribute', ''),
    };
  });
  return {
    strategy: fields.oneOf('strategy', 'encoded_endpoint_header', ['encoded_endpoint_header', 'session_id']),
    profileName: fields.string('profileName', ''),
    tokenHeader: fields
      .object('encodedEndpointHeaderConfig', ['header'])
      .string('header', 'x-session-token')
      .toLowerCase(),
    sources: sources.length > 0 ? sources : [{ header: 'x-session-id', attribute: '' }],
    ttlUs: session.number('evictionTtlSeconds', 300, { above: 0 }) * 1e6,
    sweepUs: session.number('evictionSweepSeconds', 10, { above: 0 }) * 1e6,
  };
}

interface Binding {
  endpointId: string;
  usedUs: number;
}

/** Bindings of one plugin instance. */
export class SessionAffinity implements RequestHooks {
  readonly #parameters: AffinityParameters;
  readonly #table: EndpointTable;
  readonly #readers: readonly ((request: InferenceRequest) => string)[];
  readonly #bindings = new Map<string, Binding>();
  #nextSweepUs = Number.NEGATIVE_INFINITY;
  /** Request at hand whose bound endpoint was among the candidates, or -1: its binding stays. */
  #keptRequest = -1;

  constructor(parameters: AffinityParameters, context: PluginContext) {
    this.#parameters = parameters;
    this.#table = context.table;
    this.#readers = parameters.sources.map(({ header, attribute }) => {
      if (attribute === '') return (request) => request.headers.get(header) ?? '';
      const column = context.column('SessionID', attribute.slice(attribute.lastIndexOf('/') + 1));
      return () => column.session;
    });
  }

  /** How many sessions each endpoint has; whose they are is nobody's business. */
  state(): PluginState {
    const sessions: Record<string, number> = {};
    for (const { endpointId } of this.#bindings.values())
      sessions[endpointId] = (sessions[endpointId] ?? 0) + 1;
    return { sessionsByEndpoint: sessions };
  }

  /** Row of the bound endpoint if it is among the candidates, else -1. */
  boundRow(cycle: Cycle): number {
    const id = this.#boundId(cycle.request, cycle.nowUs);
    this.#keptRequest = -1;
    if (id === '') return -1;
    for (let i = 0; i < cycle.count; i++) {
      const row = cycle.rows[i]!;
      if (this.#idOf(row) !== id) continue;
      this.#keptRequest = cycle.request.id;
      return row;
    }
    return -1;
  }

  onDispatched(request: InferenceRequest, draft: DispatchDraft, nowUs: number): void {
    if (this.#parameters.strategy !== 'session_id') return;
    const session = this.#sessionOf(request);
    const row = this.#targetRow(draft.picks, draft.rows);
    if (session === '' || row < 0) return;
    this.#sweep(nowUs);
    const binding = this.#bindings.get(session);
    if (binding !== undefined && this.#keptRequest === request.id) binding.usedUs = nowUs;
    else this.#bindings.set(session, { endpointId: this.#idOf(row), usedUs: nowUs });
  }

  responseHeaders(_request: InferenceRequest, dispatch: Dispatch, headers: Map<string, string>): void {
    if (this.#parameters.strategy !== 'encoded_endpoint_header') return;
    const row = this.#targetRow(dispatch.picks, dispatch.rows);
    const id = row < 0 ? '' : this.#idOf(row);
    if (id !== '') headers.set(this.#parameters.tokenHeader, base64(id));
  }

  #boundId(request: InferenceRequest, nowUs: number): string {
    if (this.#parameters.strategy === 'session_id') {
      const binding = this.#bindings.get(this.#sessionOf(request));
      if (binding === undefined || nowUs - binding.usedUs >= this.#parameters.ttlUs) return '';
      return binding.endpointId;
    }
    return fromBase64(request.headers.get(this.#parameters.tokenHeader) ?? '');
  }

  #sessionOf(request: InferenceRequest): string {
    for (const read of this.#readers) {
      const session = read(request);
      if (session !== '') return session;
    }
    return '';
  }

  #targetRow(picks: Dispatch['picks'], primary: readonly number[]): number {
    const { profileName } = this.#parameters;
    if (profileName === '') return primary[0]!;
    return picks.find((pick) => pick.profile === profileName)?.rows[0] ?? -1;
  }

  #idOf(row: number): string {
    return this.#table.endpoints[row]?.id ?? '';
  }

  #sweep(nowUs: number): void {
    if (nowUs < this.#nextSweepUs) return;
    this.#nextSweepUs = nowUs + this.#parameters.sweepUs;
    this.#bindings.forEach((binding, session) => {
      if (nowUs - binding.usedUs >= this.#parameters.ttlUs) this.#bindings.delete(session);
    });
  }
}
