/**
 * The profile that a request header names; without the header the default one. A single profile always runs. A header
 * that names no profile gets the request refused. Source: router specification 3.5.
 */
import { Fields } from '../config/fields.ts';
import { definePlugin, type ProfileHandler, type SchedulingRun } from '../plugin.ts';
import { ALL_FILTERED, NO_PROFILE } from '../rejections.ts';

interface Parameters {
  readonly headerName: string;
  readonly defaultProfile: string;
}

export const headerProfileHandler = definePlugin<Parameters>({
  type: 'header-profile-handler',
  kinds: ['profile-handler'],
  stability: 'alpha',
  summary: 'runs the profile that a request header names',
  parse(raw, path) {
    const fields = new Fields(raw, path, ['headerName', 'defaultProfile']);
    return {
      headerName: (fields.string('headerName', '') || 'EPP-Profile').toLowerCase(),
      defaultProfile: fields.string('defaultProfile', '') || 'decode',
    };
  },
  create: ({ headerName, defaultProfile }) => ({
    handler(profiles): ProfileHandler {
      const chosen = ({ request }: SchedulingRun): number => {
        if (profiles.length === 1) return 0;
        return profiles.indexOf(request.headers.get(headerName) ?? defaultProfile);
      };
      return {
        prefillProfile: -1,
        encodeProfile: -1,
        destinationPort: 0,
        next(run) {
          const index = chosen(run);
          return index >= 0 && run.results[index]!.state === 'pending' ? index : -1;
        },
        finish(run) {
          const index = chosen(run);
          if (index < 0) return NO_PROFILE;
          return run.results[index]!.state === 'picked' ? index : ALL_FILTERED;
        },
      };
    },
  }),
});
