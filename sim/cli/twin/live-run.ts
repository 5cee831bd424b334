/**
 * Plays a scenario's workload in real time through the gateway and emulated engines, all on loopback in this process, and
 * records every event that reached the router with every decision.
 */
import { Agent, request as httpRequest } from 'node:http';
import { performance } from 'node:perf_hooks';
import { CONNECTORS } from '../../../src/server/disaggregation/connectors.ts';
import type { DisaggregationPolicy } from '../../../src/server/disaggregation/two-legs.ts';
import { Gateway } from '../../../src/server/gateway.ts';
import { LiveRouter } from '../../../src/server/live-router.ts';
import type { RoutingEvent } from '../../../src/server/routing-core.ts';
import { defaultRouterConfig } from '../../cluster/default-router.ts';
import { tokensOfRuns } from '../../emulate/token-runs.ts';
import { createStreams } from '../../kernel/streams.ts';
import { Recorder } from '../../metrics/recorder.ts';
import { createWorkload } from '../../workload/create.ts';
import type { SimRequest } from '../../workload/request.ts';
import type { Workload } from '../../workload/workload.ts';
import { LiveFleet } from '../emulate/live-fleet.ts';
import type { LiveScenario } from '../emulate/live-scenario.ts';
import { type Decision, refused, sentTo } from './decision.ts';

/** What a live run takes: a scenario without its document. */
export type LiveParts = Omit<LiveScenario, 'document' | 'plugins'> & Partial<Pick<LiveScenario, 'plugins'>>;

/** What a live run leaves. */
export interface LiveRun {
  readonly recorder: Recorder;
  readonly events: readonly RoutingEvent[];
  /** By the workload's request number. */
  readonly decisions: ReadonlyMap<number, Decision>;
  /** What the clients sent, by request id. */
  readonly requests: ReadonlyMap<string, SimRequest>;
  /** How late the engines' steps were handled, ms. */
  readonly lateness: readonly number[];
}

const SETTLE_MS = 250;
const DRAIN_MS = 5000;
const BODY_LIMIT_BYTES = 256 * 1024 * 1024;
/** The gateway runs prefill legs itself: one hop less than with sidecars, which the simulator has not either. */
const LEGS: DisaggregationPolicy = {
  connector: CONNECTORS['nixlv2']!,
  prefillRetries: 0,
  prefillBackoffMs: 0,
  prefillTimeoutMs: 60_000,
  fallback: 'none',
  bootstrapPort: 0,
  encoderConnector: 'none',
  pullsFromPeers: false,
  peerPort: () => 0,
  decodeChunkTokens: 0,
};

/** The router's configuration of a live scenario, as the simulator takes it. */
export function routerConfig({ scenario, fleet }: LiveParts): unknown {
  return scenario.router?.config ?? defaultRouterConfig(fleet) ?? null;
}

export async function runLive(parts: LiveParts, seed: number): Promise<LiveRun> {
  const { scenario } = parts;
  const events: RoutingEvent[] = [];
  const decisions = new Map<number, Decision>();
  const requests = new Map<string, SimRequest>();
  const router = new LiveRouter({
    config: routerConfig(parts),
    streams: createStreams(seed),
    extraPlugins: parts.plugins?.router ?? [],
    allowExperimentalPlugins: scenario.router?.allowExperimentalPlugins ?? false,
    scrapeIntervalMs: scenario.router?.scrapeIntervalMs ?? 50,
    observer: {
      event: (event) => events.push(event),
      dispatched: ({ requestId }, dispatch) =>
        decisions.set(requests.get(requestId)!.request.id, sentTo(dispatch, router.core.table)),
      rejected: ({ requestId }, rejection) =>
        decisions.set(requests.get(requestId)!.request.id, refused(rejection)),
    },
  });
  const gateway = new Gateway(router, {
    bodyLimitBytes: BODY_LIMIT_BYTES,
    idleTimeoutMs: 60_000,
    disaggregation: LEGS,
  });
  const live = await LiveFleet.start(parts.fleet, 1, 0);
  try {
    router.setEndpoints(live.endpoints);
    router.setResources({ objectives: prioritiesOf(parts), rewrites: [] });
    await router.start();
    const port = await gateway.listen(0, '127.0.0.1');
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const workload = workloadOf(parts, seed);
    const recorder = new Recorder({
      warmupUs: (scenario.run?.warmupS ?? 0) * 1e6,
      slo: scenario.slo,
      classes: workload.classes,
    });
    await new Clients(workload, recorder, port, requests).run();
    return { recorder, events, decisions, requests, lateness: live.lateness };
  } finally {
    await gateway.drain(DRAIN_MS);
    router.stop();
    await live.close();
  }
}

function workloadOf({ scenario, fleet, readLines }: LiveParts, seed: number): Workload {
  const { model } = fleet.pools[0]!;
  return createWorkload(scenario.workload, {
    streams: createStreams(seed),
    run: scenario.run ?? {},
    model: model.huggingFace[0] ?? model.id,
    readLines,
  });
}

/** Priorities reach the gateway as named objectives: `p<priority>`. */
function prioritiesOf({ scenario }: LiveParts): ReadonlyMap<string, number> {
  const { workload } = scenario;
  const classes = workload.kind === 'synthetic' ? (workload.classes ?? []) : [];
  return new Map(classes.map(({ priority = 0 }) => [`p${priority}`, priority]));
}

/** The workload's clients, in real time. */
class Clients {
  readonly #workload: Workload;
  readonly #recorder: Recorder;
  readonly #port: number;
  readonly #sent: Map<string, SimRequest>;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #startMs = performance.now();
  #pending = 0;
  #isDrawn = false;
  #done: () => void = () => {};

  /** Notes in `sent` what goes out. */
  constructor(workload: Workload, recorder: Recorder, port: number, sent: Map<string, SimRequest>) {
    this.#sent = sent;
    this.#workload = workload;
    this.#recorder = recorder;
    this.#port = port;
  }

  /** Resolves when the last request has ended. */
  async run(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#done = resolve;
      this.#pull();
      this.#settle();
    });
    this.#agent.destroy();
  }

  #nowUs(): number {
    return (performance.now() - this.#startMs) * 1000;
  }

  #pull(): void {
    if (this.#isDrawn) return;
    const next = this.#workload.next();
    if (next === null) return;
    this.#isDrawn = true;
    this.#schedule(next, true);
  }

  #schedule(request: SimRequest, isDrawn: boolean): void {
    this.#pending += 1;
    const delayMs = Math.max(0, (request.request.arrivalUs - this.#nowUs()) / 1000);
    setTimeout(() => {
      if (isDrawn) {
        this.#isDrawn = false;
        this.#pull();
      }
      this.#send(request);
    }, delayMs);
  }

  #send(request: SimRequest): void {
    const { course } = request;
    this.#sent.set(request.request.requestId, request);
    const sentUs = this.#nowUs();
    // Measured from when it was sent: a late timer is the client's fault, not the fleet's.
    const lateUs = sentUs - request.request.arrivalUs;
    const at = (): number => this.#nowUs() - lateUs;
    let lastUs = -1;
    this.#recorder.arrived(request, request.request.arrivalUs);
    course.dispatchedUs = request.request.arrivalUs;
    const ended = (ending: 'completed' | 'rejected' | 'failed', reason: string): void => {
      if (course.ending !== 'inFlight') return;
      course.ending = ending;
      course.reason = reason;
      course.endUs = ending === 'completed' ? lastUs : at();
      this.#recorder.ended(request, course.endUs);
      const next = this.#workload.onFinished(request, ending === 'completed', this.#nowUs());
      if (next !== null) this.#schedule(next, false);
      this.#pull();
      this.#pending -= 1;
      this.#settle();
    };
    const body = JSON.stringify({
      model: request.request.model,
      prompt: tokensOfRuns(request.prompt),
      max_tokens: request.maxTokens,
      stream: true,
      stream_options: { include_usage: true },
    });
    const outgoing = httpRequest(
      {
        agent: this.#agent,
        host: '127.0.0.1',
        port: this.#port,
        method: 'POST',
        path: '/v1/completions',
        headers: headersOf(request, body),
      },
      (response) => {
        response.on('data', (chunk: Buffer) => {
          // Token chunks carry the one text that the emulated engine says.
          const tokens = chunk.toString('latin1').split('"text":" token').length - 1;
          if (tokens === 0 || response.statusCode !== 200) return;
          const nowUs = at();
          if (course.firstTokenUs < 0) course.firstTokenUs = nowUs;
          else this.#recorder.gaps(nowUs - lastUs, 1);
          lastUs = nowUs;
        });
        response.on('end', () => {
          if (response.statusCode === 200 && lastUs >= 0) ended('completed', '');
          else ended('rejected', `status ${response.statusCode}`);
        });
        response.on('error', (error) => ended('failed', error.message));
      },
    );
    outgoing.on('error', (error) => ended('failed', error.message));
    outgoing.end(body);
  }

  #settle(): void {
    if (this.#pending === 0) this.#done();
  }
}

function headersOf(request: SimRequest, body: string): Record<string, string> {
  const { priority, fairnessId, requestId, headers } = request.request;
  return {
    ...Object.fromEntries(headers),
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'x-request-id': requestId,
    'x-drydock-output-tokens': String(request.outputTokens),
    'x-llm-d-inference-fairness-id': fairnessId,
    'x-llm-d-inference-objective': `p${priority}`,
  };
}
