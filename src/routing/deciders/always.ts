/** Deciders that do not look at load or caches. */
import { definePlugin, ignoreParameters } from '../plugin.ts';

export const alwaysDisaggPdDecider = definePlugin({
  type: 'always-disagg-pd-decider',
  kinds: ['decider'],
  stability: 'beta',
  summary: 'always prefills elsewhere',
  parse: ignoreParameters,
  create: () => ({ decider: { runs: () => true } }),
});

export const alwaysDisaggMultimodalDecider = definePlugin({
  type: 'always-disagg-multimodal-decider',
  kinds: ['decider'],
  stability: 'beta',
  summary: 'encodes elsewhere when the request has a multimodal item',
  parse: ignoreParameters,
  create: () => ({
    decider: { runs: (request) => request.multimodal !== null && request.multimodal.hashes.length > 0 },
  }),
});
