/**
 * One profile over data-parallel ranks: the picked rank's own address goes into a header for the sidecar, and the
 * destination gets the sidecar's port. Source: router specification 3.5.
 */
import { Fields } from '../config/fields.ts';
import { addressOf } from '../dispatch-builder.ts';
import { definePlugin, refuse } from '../plugin.ts';
import { SINGLE } from './single.ts';

const RANK_HEADER = 'x-data-parallel-host-port';

export const dataParallelProfileHandler = definePlugin<{ readonly primaryPort: number }>({
  type: 'data-parallel-profile-handler',
  kinds: ['profile-handler', 'pre-request'],
  stability: 'beta',
  summary: 'one profile; names the rank in a header and sends to the primary port',
  parse(raw, path) {
    const port = new Fields(raw, path, ['primaryPort']).integer('primaryPort', 8000, { min: 0, max: 65_535 });
    return { primaryPort: port === 0 ? 8000 : port };
  },
  create: ({ primaryPort }) => ({
    handler(profiles, path) {
      if (profiles.length !== 1) refuse(path, `${profiles.length} profiles`, 'one profile for this handler');
      return {
        ...SINGLE,
        destinationPort: primaryPort,
        headers: ({ rows, table }, headers) => headers.set(RANK_HEADER, addressOf(table, rows[0]!)),
      };
    },
  }),
});
