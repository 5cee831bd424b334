/** 1 where a pod label equals a request header, else 0. */
import { Fields } from '../config/fields.ts';
import { definePlugin } from '../plugin.ts';

interface Parameters {
  readonly headerName: string;
  readonly labelKey: string;
}

export const headerLabelAffinityScorer = definePlugin<Parameters>({
  type: 'header-label-affinity-scorer',
  kinds: ['scorer'],
  stability: 'alpha',
  summary: 'endpoints whose label equals a request header',
  parse(raw, path) {
    const fields = new Fields(raw, path, ['headerName', 'labelKey']);
    return {
      headerName: fields.requiredString('headerName').toLowerCase(),
      labelKey: fields.requiredString('labelKey'),
    };
  },
  create: ({ headerName, labelKey }, { table }) => ({
    scorer: {
      score({ request, rows, count }, out) {
        const wanted = request.headers.get(headerName);
        for (let i = 0; i < count; i++) {
          const label = table.endpoints[rows[i]!]?.labels[labelKey];
          out[i] = wanted !== undefined && wanted !== '' && label === wanted ? 1 : 0;
        }
      },
    },
  }),
});
