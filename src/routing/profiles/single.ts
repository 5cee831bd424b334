/** One profile, run once. */
import { definePlugin, ignoreParameters, type ProfileHandler, refuse } from '../plugin.ts';
import { ALL_FILTERED } from '../rejections.ts';

export const singleProfileHandler = definePlugin({
  type: 'single-profile-handler',
  kinds: ['profile-handler'],
  stability: 'beta',
  summary: 'runs the only profile',
  parse: ignoreParameters,
  create: () => ({
    handler(profiles, path) {
      if (profiles.length !== 1) refuse(path, `${profiles.length} profiles`, 'one profile for this handler');
      return SINGLE;
    },
  }),
});

/** Runs profile 0. */
export const SINGLE: ProfileHandler = {
  prefillProfile: -1,
  encodeProfile: -1,
  destinationPort: 0,
  next: ({ results }) => (results[0]!.state === 'pending' ? 0 : -1),
  finish: ({ results }) => (results[0]!.state === 'picked' ? 0 : ALL_FILTERED),
};
