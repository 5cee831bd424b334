/** Order of SGLang's waiting queue (engines.md 2.4). Sorts are stable: ties keep the order of arrival. */
import type { ContentRuns } from '../../workload/request.ts';
import type { RadixNode } from '../kv/radix-tree.ts';
import { type Ranker, sortByRank } from '../scheduling-policy.ts';
import { byPriority, type Sequence as EngineSequence } from '../sequence.ts';
import type { SglangConfig } from './config.ts';

type Sequence = EngineSequence<RadixNode>;

/** Beyond this many waiting requests, prefix order falls back to order of arrival. */
const LPM_FALLBACK_QUEUE = 128;

/**
 * A request that matches at most so many tokens of the tree, and at least as many of another one that waits, lets that one go
 * first: it warms the cache for both.
 */
const IN_BATCH_TOKENS = 32;

/** What of a sequence is cached: its tokens, and the node of the tree where they end. */
export interface CachedPrefix {
  readonly tokens: number;
  readonly node: RadixNode;
}

/** Sorts in place. */
export function sortWaiting(
  waiting: Sequence[],
  config: SglangConfig,
  cached: (sequence: Sequence) => CachedPrefix,
  ranker: Ranker<RadixNode> | null = null,
): void {
  switch (config.schedulePolicy) {
    case 'lof':
      waiting.sort((a, b) => b.request.maxTokens - a.request.maxTokens);
      break;
    case 'shortest-prefill-first':
      waiting.sort((a, b) => a.goal - b.goal);
      break;
    case 'random':
      waiting.sort((a, b) => shuffled(a) - shuffled(b));
      break;
    case 'lpm':
      if (waiting.length <= LPM_FALLBACK_QUEUE) sortByPrefix(waiting, cached);
      break;
    case 'dfs-weight':
      sortByWeight(waiting, cached);
      break;
    case 'own':
      sortByRank(waiting, ranker!);
      break;
    default:
  }
  if (config.byPriority) {
    const sign = config.lowPriorityFirst ? -1 : 1;
    const withinClass = config.schedulePolicy === 'fcfs' ? byPriority<RadixNode> : () => 0;
    const priority = (s: Sequence): number => sign * s.request.request.priority;
    waiting.sort((a, b) => priority(b) - priority(a) || withinClass(a, b));
  }
}

/** A place in random order that a request keeps while it waits. */
function shuffled(sequence: Sequence): number {
  let h = Math.imul(sequence.request.request.id + 1, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  return (h ^ (h >>> 13)) >>> 0;
}

function sortByPrefix(waiting: Sequence[], cached: (sequence: Sequence) => CachedPrefix): void {
  const tokens = new Map<Sequence, number>();
  const leaders: Sequence[] = [];
  for (const sequence of waiting) {
    const found = cached(sequence).tokens;
    const shares = (other: Sequence): boolean =>
      commonTokens(sequence.request.prompt, other.request.prompt) >= IN_BATCH_TOKENS;
    if (found > IN_BATCH_TOKENS) {
      tokens.set(sequence, found);
    } else if (leaders.some(shares)) {
      tokens.set(sequence, Number.NEGATIVE_INFINITY);
    } else {
      leaders.push(sequence);
      tokens.set(sequence, found);
    }
  }
  const rank = (s: Sequence): number => tokens.get(s)!;
  waiting.sort((a, b) => (rank(a) === rank(b) ? 0 : rank(b) - rank(a)));
}

/** Depth-first through the tree, subtrees that more requests wait for first, deeper requests before shallower ones. */
function sortByWeight(waiting: Sequence[], cached: (sequence: Sequence) => CachedPrefix): void {
  const at = new Map<RadixNode, Sequence[]>();
  const weight = new Map<RadixNode, number>();
  const below = new Map<RadixNode, Set<RadixNode>>();
  let root: RadixNode | undefined;
  for (const sequence of waiting) {
    const { node } = cached(sequence);
    at.set(node, [...(at.get(node) ?? []), sequence]);
    for (let n = node; ; n = n.parent!) {
      weight.set(n, (weight.get(n) ?? 0) + 1);
      if (n.parent === null) {
        root = n;
        break;
      }
      const children = below.get(n.parent) ?? new Set<RadixNode>();
      below.set(n.parent, children.add(n));
    }
  }
  const order: Sequence[] = [];
  const visit = (node: RadixNode): void => {
    const children = [...(below.get(node) ?? [])].sort((a, b) => weight.get(b)! - weight.get(a)!);
    for (const child of children) visit(child);
    order.push(...(at.get(node) ?? []));
  };
  if (root !== undefined) visit(root);
  for (const [i, sequence] of order.entries()) waiting[i] = sequence;
}

/** Tokens that two prompts share from the start. */
function commonTokens(a: ContentRuns, b: ContentRuns): number {
  let tokens = 0;
  for (let i = 0; i < a.ids.length && i < b.ids.length; i++) {
    if (a.ids[i] !== b.ids[i]) return tokens;
    tokens += Math.min(a.lengths[i]!, b.lengths[i]!);
    if (a.lengths[i] !== b.lengths[i]) return tokens;
  }
  return tokens;
}
