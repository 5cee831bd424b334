/** Test plugin of the gateway conformance suite: tells the client which endpoint was chosen. */
import { addressOf } from '../dispatch-builder.ts';
import { definePlugin, ignoreParameters } from '../plugin.ts';

const HEADER = 'x-conformance-test-served-endpoint';

export const destinationEndpointServedVerifier = definePlugin({
  type: 'destination-endpoint-served-verifier',
  kinds: ['response'],
  stability: 'beta',
  summary: 'writes the serving endpoint into a response header, for conformance tests',
  parse: ignoreParameters,
  create: (_parameters, { table }) => ({
    hooks: {
      responseHeaders(_request, dispatch, headers) {
        headers.set(HEADER, addressOf(table, dispatch.rows[0]!));
      },
    },
  }),
});
