/**
 * Queues ordered by a policy of a user's own (`engine.schedulingPolicy` of a pool): what the policy sees of a sequence, and
 * where its numbers go.
 */
import { ConfigError, nearest } from '../../src/core/check.ts';
import type {
  EngineSchedulingPolicy,
  SchedulingPolicyDefinition,
  WaitingRequest,
} from '../../src/plugin-api/engine-policy.ts';
import { sjfPredicted } from './policies/sjf-predicted.ts';
import { PriorityQueue } from './priority-queue.ts';
import type { Sequence } from './sequence.ts';

/** Policies in the box. */
export const SCHEDULING_POLICIES: readonly SchedulingPolicyDefinition[] = [sjfPredicted];

/** Engines whose queue can be ordered, and their own argument for its order. */
const ORDER_ARGUMENTS: Readonly<Record<string, string>> = {
  vllm: 'scheduling_policy',
  sglang: 'schedule_policy',
};

/** What a pool names. */
export interface SchedulingPolicyRef {
  readonly type: string;
  readonly parameters?: Record<string, unknown>;
}

/** The policy that a pool's engine names; `own` are those of modules. Throws ConfigError below `path` (the engine). */
export function schedulingPolicy(
  engine: {
    readonly name: string;
    readonly args?: Readonly<Record<string, unknown>>;
    readonly schedulingPolicy?: SchedulingPolicyRef;
  },
  own: readonly SchedulingPolicyDefinition[],
  path: string,
): EngineSchedulingPolicy | null {
  const wanted = engine.schedulingPolicy;
  if (wanted === undefined) return null;
  const argument = ORDER_ARGUMENTS[engine.name];
  const at = `${path}.schedulingPolicy`;
  if (argument === undefined)
    throw new ConfigError({ path: at, found: `a policy for ${engine.name}`, expected: 'vllm or sglang' });
  if (engine.args?.[argument] !== undefined) {
    throw new ConfigError({
      path: `${path}.args.${argument}`,
      found: 'an order beside schedulingPolicy',
      expected: 'one of the two',
    });
  }
  const known = [...SCHEDULING_POLICIES, ...own];
  const twice = known.find(({ type }, i) => known.findIndex((other) => other.type === type) < i);
  if (twice !== undefined)
    throw new ConfigError({ path: at, found: `two policies named "${twice.type}"`, expected: 'one' });
  const found = known.find(({ type }) => type === wanted.type);
  if (found !== undefined) return found.bind(wanted.parameters, `${at}.parameters`);
  const names = known.map(({ type }) => type);
  throw new ConfigError({
    path: `${at}.type`,
    found: `"${wanted.type}"`,
    expected: nearest(wanted.type, names) ?? `one of ${names.join(', ')}, or a type of a module (--plugin)`,
  });
}

/** Gives sequences their rank: least first. */
export class Ranker<Leaf> {
  readonly #policy: EngineSchedulingPolicy;
  readonly #view = new View<Leaf>();

  constructor(policy: EngineSchedulingPolicy) {
    this.#policy = policy;
  }

  /** Throws ConfigError for a rank that is no number. */
  rank(sequence: Sequence<Leaf>): number {
    this.#view.sequence = sequence;
    const rank = this.#policy.rank(this.#view);
    if (Number.isFinite(rank)) return rank;
    throw new ConfigError({
      path: 'schedulingPolicy',
      found: `rank ${rank} for request ${sequence.request.request.id}`,
      expected: 'a finite number',
    });
  }
}

/** A waiting queue, least rank first; a sequence is ranked when it joins. */
export class RankedQueue<Leaf> extends PriorityQueue<Sequence<Leaf>> {
  readonly #ranker: Ranker<Leaf>;

  constructor(policy: EngineSchedulingPolicy) {
    super((a, b) => a.rank - b.rank || a.arrivedUs - b.arrivedUs);
    this.#ranker = new Ranker(policy);
  }

  override pushBack(sequence: Sequence<Leaf>): void {
    sequence.rank = this.#ranker.rank(sequence);
    super.pushBack(sequence);
  }
}

/** Puts a list in order of rank, in place; equal ranks keep their places. */
export function sortByRank<Leaf>(waiting: Sequence<Leaf>[], ranker: Ranker<Leaf>): void {
  for (const sequence of waiting) sequence.rank = ranker.rank(sequence);
  waiting.sort((a, b) => a.rank - b.rank);
}

class View<Leaf> implements WaitingRequest {
  sequence!: Sequence<Leaf>;

  get id(): number {
    return this.sequence.request.request.id;
  }
  get arrivalUs(): number {
    return this.sequence.request.request.arrivalUs;
  }
  get queuedUs(): number {
    return this.sequence.arrivedUs;
  }
  get promptTokens(): number {
    return this.sequence.request.promptTokens;
  }
  get pendingTokens(): number {
    return this.sequence.goal;
  }
  get generatedTokens(): number {
    return this.sequence.generated;
  }
  get maxOutputTokens(): number {
    return this.sequence.request.maxTokens;
  }
  get priority(): number {
    return this.sequence.request.request.priority;
  }
  get fairnessId(): string {
    return this.sequence.request.request.fairnessId;
  }

  predictedOutputTokens(errorSigma: number): number {
    const { outputTokens } = this.sequence.request;
    return errorSigma === 0 ? outputTokens : outputTokens * Math.exp(errorSigma * deviate(this.id));
  }
}

/** A standard normal deviate that belongs to a request (Box and Muller, 1958, over hashes of its number). */
function deviate(id: number): number {
  const u = (hashed(2 * id) + 1) / (2 ** 32 + 1);
  return Math.sqrt(-2 * Math.log(u)) * Math.cos((2 * Math.PI * hashed(2 * id + 1)) / 2 ** 32);
}

function hashed(n: number): number {
  let h = Math.imul(n + 1, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
