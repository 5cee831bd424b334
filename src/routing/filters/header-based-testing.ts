/**
 * Test filter of the gateway conformance suite: header `test-epp-endpoint-selection` lists addresses; the candidates
 * are those, in the header's order, one an IP. Without the header nothing is left.
 */
import { definePlugin, ignoreParameters } from '../plugin.ts';

const HEADER = 'test-epp-endpoint-selection';

export const headerBasedTestingFilter = definePlugin({
  type: 'header-based-testing-filter',
  kinds: ['filter'],
  stability: 'beta',
  summary: 'endpoints named by a request header, for conformance tests',
  parse: ignoreParameters,
  create: (_parameters, { table }) => ({
    filter: {
      filter(cycle) {
        const wanted = (cycle.request.headers.get(HEADER) ?? '').split(',').map((text) => text.trim());
        const { rows, count } = cycle;
        const all = Array.from(rows.subarray(0, count));
        const seen = new Set<string>();
        let kept = 0;
        for (const text of wanted) {
          const host = hostOf(text);
          if (text === '' || seen.has(host)) continue;
          seen.add(host);
          const row = all.find((each) => {
            const address = table.endpoints[each]?.address ?? '';
            return text.includes(':') ? address === text : hostOf(address) === text;
          });
          if (row !== undefined) rows[kept++] = row;
        }
        cycle.count = kept;
      },
    },
  }),
});

function hostOf(address: string): string {
  return address.split(':')[0]!;
}
