/**
 * The contract suite for engine scheduling policies: made-up requests are ranked, twice and in two orders. Ranks must be
 * finite numbers that depend on the request alone, without clock or global randomness.
 */
import type { SchedulingPolicyDefinition } from '../../../src/plugin-api/engine-policy.ts';
import { Ranker } from '../../engine/scheduling-policy.ts';
import { Sequence } from '../../engine/sequence.ts';
import { createStreams } from '../../kernel/streams.ts';
import { PromptContent } from '../../workload/prompt-content.ts';
import { requestTraits, simulatedRequest } from '../../workload/simulated-request.ts';
import { type CheckResult, watched } from './check-plugin.ts';

const REQUESTS = 2000;

/** Checks a policy with its default parameters. */
export function checkPolicy(definition: SchedulingPolicyDefinition): CheckResult {
  const problems = new Set<string>();
  const sequences = madeUp();
  const ranker = new Ranker<null>(definition.bind(undefined, 'parameters'));
  const startMs = performance.now();
  const { output: ranks, impure } = watched(() => sequences.map((one) => rankOf(ranker, one, problems)));
  const usPerCall = ((performance.now() - startMs) * 1e3) / REQUESTS;
  for (const name of impure) problems.add(`calls ${name}: a rank depends on the request alone`);
  const again = new Ranker<null>(definition.bind(undefined, 'parameters'));
  const backwards = [...sequences].reverse().map((one) => rankOf(again, one, problems));
  if (backwards.reverse().some((rank, i) => rank !== ranks[i]))
    problems.add('another order of calls gives other ranks: it is not a function of the request');
  return {
    type: definition.type,
    problems: [...problems],
    exercised: ['queue order'],
    calls: REQUESTS,
    usPerCall,
  };
}

function rankOf(ranker: Ranker<null>, sequence: Sequence<null>, problems: Set<string>): number {
  try {
    return ranker.rank(sequence);
  } catch (error) {
    problems.add((error as Error).message);
    return 0;
  }
}

function madeUp(): Sequence<null>[] {
  const draw = createStreams(1).open('check/waiting');
  const whole = (most: number): number => 1 + Math.floor(draw.unit() * most);
  return Array.from({ length: REQUESTS }, (_, id) => {
    const traits = requestTraits({ classIndex: 0, model: 'm', priority: whole(5) - 3 });
    const prompt = new PromptContent([id], [whole(4000)], 0, traits.keySeed);
    const outputTokens = whole(800);
    const request = simulatedRequest(
      {
        ...{ id, arrivalUs: id * 1000, prompt, outputTokens },
        ...{ maxTokens: outputTokens + whole(500), outputContentId: -1, session: -1 },
      },
      traits,
    );
    const sequence = new Sequence<null>(request, 'whole', id * 1000 + whole(1000));
    sequence.generated = id % 3 === 0 ? Math.min(outputTokens - 1, whole(50)) : 0;
    sequence.goal = request.promptTokens + sequence.generated;
    return sequence;
  });
}
