/**
 * What the scenario rail can edit, and its way to a comparison document and back. A document that does not come back the
 * same is one the rail cannot show whole: it is then run as it is, and the rail says so.
 */
import type { Comparison, NamedFleet, PoolSpec } from '../../sim/scenario/schema.ts';
import { DEFAULT_COMPARISON } from './defaults.ts';

/** Replicas of a fleet: whole requests in one pool, or prefill and decode in two. */
export type FleetShape =
  | { readonly kind: 'aggregated'; readonly replicas: number }
  | { readonly kind: 'split'; readonly prefill: number; readonly decode: number };

export interface FleetSetup {
  readonly name: string;
  readonly gpu: string;
  readonly tp: number;
  readonly shape: FleetShape;
  /** Tokens of a step at most (vLLM's max_num_batched_tokens), in every pool; null: the engine's own. */
  readonly stepTokens: number | null;
  /** Link that carries KV between pools; null: the NIC of the GPU. */
  readonly kvLink: { readonly GBps: number; readonly baseUs: number } | null;
}

export interface Setup {
  readonly name: string;
  readonly workloadName: string;
  readonly seed: number;
  readonly requests: number;
  readonly rateRps: number;
  /** CV of the gaps between arrivals; 1 is Poisson. */
  readonly arrivalCv: number;
  /** Mean prompt, tokens, shared prefix included. */
  readonly promptTokens: number;
  readonly promptCv: number;
  /** Share of the mean prompt that is a prefix shared within a group, 0..1. */
  readonly prefixShare: number;
  readonly prefixGroups: number;
  readonly outputTokens: number;
  readonly outputCv: number;
  readonly model: string;
  readonly fleets: readonly FleetSetup[];
  readonly ttftP95Ms: number;
  readonly itlP99Ms: number;
  readonly attainment: number;
  /** Undefined: built in. */
  readonly calibration?: Comparison['calibration'];
  /** USD per GPU and hour by GPU, in place of the catalogue's. */
  readonly gpuHourUsd: Readonly<Record<string, number>>;
}

/** Longest prompt without its shared prefix, and longest answer, tokens. */
const MAX_INPUT_TOKENS = 16_000;
const MAX_OUTPUT_TOKENS = 2_000;
const PREFIX_ZIPF = 1;
const STEP_TOKENS_ARG = 'max_num_batched_tokens';
/** Groups that a document without prefixes is given when prefixes are turned on. */
const DEFAULT_PREFIX_GROUPS = 50;

/** Eight GPUs, three ways, under chat traffic: scenarios/compare-pd.yaml as the form sees it. */
export const DEFAULT_SETUP: Setup = readSetup(DEFAULT_COMPARISON);

/** Name that a fleet goes by until its user gives it another. */
export function defaultFleetName(shape: FleetShape): string {
  return shape.kind === 'aggregated' ? 'aggregated' : `${shape.prefill}P+${shape.decode}D`;
}

/** The fleet with another shape; a default name, numbered or not, follows it. */
export function withShape(fleet: FleetSetup, shape: FleetShape): FleetSetup {
  const isDefaultName = fleet.name.replace(/ \d+$/, '') === defaultFleetName(fleet.shape);
  return { ...fleet, shape, name: isDefaultName ? defaultFleetName(shape) : fleet.name };
}

/** The same fleets with a number behind every name that another fleet before it has. */
export function withOwnNames(fleets: readonly FleetSetup[]): FleetSetup[] {
  const taken = new Set<string>();
  return fleets.map((fleet) => {
    let name = fleet.name;
    for (let number = 2; taken.has(name); number += 1) name = `${fleet.name.replace(/ \d+$/, '')} ${number}`;
    taken.add(name);
    return { ...fleet, name };
  });
}

/** The comparison document of a setup. */
export function documentOf(setup: Setup): Comparison {
  // One token of every prompt is its own: a prompt that is all prefix is none of the simulator's workloads.
  const prefixTokens = Math.min(setup.promptTokens - 1, Math.round(setup.promptTokens * setup.prefixShare));
  const { rateRps, arrivalCv: cv } = setup;
  return {
    name: setup.name,
    seed: setup.seed,
    workload: {
      kind: 'synthetic',
      name: setup.workloadName,
      arrivals: cv === 1 ? { process: 'poisson', rateRps } : { process: 'gamma', rateRps, cv },
      ...(prefixTokens === 0
        ? {}
        : { prefixes: { groups: setup.prefixGroups, tokens: prefixTokens, zipf: PREFIX_ZIPF } }),
      input: {
        dist: 'lognormal',
        mean: setup.promptTokens - prefixTokens,
        cv: setup.promptCv,
        max: MAX_INPUT_TOKENS,
      },
      output: { dist: 'lognormal', mean: setup.outputTokens, cv: setup.outputCv, max: MAX_OUTPUT_TOKENS },
    },
    fleets: setup.fleets.map((fleet) => ({
      name: fleet.name,
      pools: poolsOf(fleet, setup.model),
      ...(fleet.kvLink === null ? {} : { network: { kvLink: fleet.kvLink } }),
    })),
    slo: {
      ttftMs: { p95: setup.ttftP95Ms },
      itlMs: { p99: setup.itlP99Ms },
      attainment: setup.attainment,
    },
    run: { requests: setup.requests },
    ...(setup.calibration === undefined ? {} : { calibration: setup.calibration }),
    ...(Object.keys(setup.gpuHourUsd).length === 0 ? {} : { prices: { gpuHourUsd: setup.gpuHourUsd } }),
  };
}

function poolsOf({ gpu, tp, shape, stepTokens }: FleetSetup, model: string): PoolSpec[] {
  const pool = (name: string, role: PoolSpec['role'], replicas: number): PoolSpec => ({
    name,
    role,
    replicas,
    gpu,
    model,
    engine: {
      name: 'vllm',
      ...(stepTokens === null ? {} : { args: { [STEP_TOKENS_ARG]: stepTokens } }),
    },
    ...(tp === 1 ? {} : { parallel: { tp } }),
  });
  return shape.kind === 'aggregated'
    ? [pool('all', 'both', shape.replicas)]
    : [pool('prefill', 'prefill', shape.prefill), pool('decode', 'decode', shape.decode)];
}

/** The setup that makes exactly this document; null when there is none. */
export function setupOf(document: unknown): Setup | null {
  try {
    const setup = readSetup(document as Comparison);
    return canonical(documentOf(setup)) === canonical(document) ? setup : null;
  } catch (error) {
    // A document from a link may have any shape: reading a field that is not there is not a defect of ours.
    if (error instanceof TypeError) return null;
    throw error;
  }
}

function readSetup(document: Comparison): Setup {
  const workload = document.workload as Extract<Comparison['workload'], { kind: 'synthetic' }>;
  const arrivals = workload.arrivals as { readonly rateRps: number; readonly cv?: number };
  const input = workload.input as { readonly mean: number; readonly cv: number };
  const output = workload.output as { readonly mean: number; readonly cv: number };
  const prefixTokens = workload.prefixes?.tokens ?? 0;
  const promptTokens = prefixTokens + input.mean;
  return {
    name: document.name!,
    workloadName: workload.name!,
    seed: document.seed!,
    requests: document.run!.requests!,
    rateRps: arrivals.rateRps,
    arrivalCv: arrivals.cv ?? 1,
    promptTokens,
    promptCv: input.cv,
    prefixShare: prefixTokens / promptTokens,
    prefixGroups: workload.prefixes?.groups ?? DEFAULT_PREFIX_GROUPS,
    outputTokens: output.mean,
    outputCv: output.cv,
    model: document.fleets[0]!.pools[0]!.model as string,
    fleets: document.fleets.map(readFleet),
    ttftP95Ms: document.slo!.ttftMs!['p95']!,
    itlP99Ms: document.slo!.itlMs!['p99']!,
    attainment: document.slo!.attainment!,
    ...(document.calibration === undefined ? {} : { calibration: document.calibration }),
    gpuHourUsd: document.prices?.gpuHourUsd ?? {},
  };
}

function readFleet({ name, pools, network }: NamedFleet): FleetSetup {
  const first = pools[0]!;
  const shape: FleetShape =
    pools.length === 1
      ? { kind: 'aggregated', replicas: first.replicas }
      : { kind: 'split', prefill: first.replicas, decode: pools[1]!.replicas };
  const stepTokens = first.engine.args?.[STEP_TOKENS_ARG];
  const kvLink = network?.kvLink;
  return {
    ...{ name, gpu: first.gpu, tp: first.parallel?.tp ?? 1, shape },
    stepTokens: typeof stepTokens === 'number' ? stepTokens : null,
    kvLink: typeof kvLink === 'object' ? kvLink : null,
  };
}

/** JSON with keys in alphabetical order: equal for equal documents. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, node: unknown) =>
    node === null || typeof node !== 'object' || Array.isArray(node)
      ? node
      : Object.fromEntries(Object.entries(node).sort(([a], [b]) => (a < b ? -1 : 1))),
  );
}
