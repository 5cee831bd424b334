/** What a running cluster is made of. */
import type { EndpointTable } from '../../src/routing/endpoint.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Recorder } from '../metrics/recorder.ts';
import type { Workload } from '../workload/workload.ts';
import type { SignalFeed } from './feed.ts';
import type { Fleet } from './fleet.ts';
import type { MakeRouter } from './model-routes.ts';

/** What clients do when an answer is late or lost. */
export interface ClientBehaviour {
  /** Infinity: they wait for ever. */
  readonly timeoutUs: number;
  readonly retries: number;
  readonly backoffUs: number;
  /** When a client goes of its own accord, µs after the arrival (Infinity: it stays); absent: all stay. */
  readonly patienceUs?: (id: number) => number;
}

/** What a cluster is made of. */
export interface ClusterParts {
  readonly kernel: Kernel;
  readonly fleet: Fleet;
  /** Endpoints of the first model. */
  readonly table: EndpointTable;
  readonly workload: Workload;
  readonly recorder: Recorder;
  readonly scrapeIntervalUs: number;
  /** How routers see engines; default: they are scraped every `scrapeIntervalUs`. */
  readonly makeFeed?: (table: EndpointTable) => SignalFeed;
  /** When a router that wants to be asked at `wantedUs` is asked; default: then. */
  readonly wakeUs?: (wantedUs: number, nowUs: number) => number;
  readonly fastForward: boolean;
  /** Of the run; default 0. */
  readonly seed?: number;
  /** Default: clients wait for ever and do not try again. */
  readonly clients?: ClientBehaviour;
  /** Requests wait before the router while scaling has yet to bring a replica; default: the router refuses them. */
  readonly holdsAtGateway?: boolean;
  /** Builds the router of a model around the cluster's output. */
  readonly makeRouter: MakeRouter;
}

/** Clients that wait for ever and do not try again. */
export const PATIENT: ClientBehaviour = { timeoutUs: Number.POSITIVE_INFINITY, retries: 0, backoffUs: 0 };
