/** Every policy in the box: one import and one line each. */
import { affinityTokenLoad } from './affinity-token-load.ts';
import type { Baseline } from './baseline.ts';
import { jsqTokens } from './jsq-tokens.ts';
import { leastQueue } from './least-queue.ts';
import { leastRequests } from './least-requests.ts';
import { llmdDefault } from './llm-d-default.ts';
import { llumnixDispatch } from './llumnix.ts';
import { mooncakeCacheAware } from './mooncake.ts';
import { pdThreshold } from './pd-threshold.ts';
import { powerOfTwo } from './power-of-two.ts';
import { prebleE2 } from './preble.ts';
import { precisePrefix } from './precise-prefix.ts';
import { prefixHash } from './prefix-hash.ts';
import { prefixOnly } from './prefix-only.ts';
import { random } from './random.ts';
import { roundRobin } from './round-robin.ts';
import { sessionAffinity } from './session-affinity.ts';
import { sjfPredicted } from './sjf-predicted.ts';
import { sloAware } from './slo-aware.ts';

export const BASELINES: readonly Baseline[] = [
  random,
  roundRobin,
  leastQueue,
  leastRequests,
  powerOfTwo,
  jsqTokens,
  llmdDefault,
  prefixOnly,
  precisePrefix,
  affinityTokenLoad,
  prefixHash,
  pdThreshold,
  sessionAffinity,
  sloAware,
  mooncakeCacheAware,
  prebleE2,
  llumnixDispatch,
  sjfPredicted,
];
