/** Which agent a request belongs to, from headers that coding agents set; stands in for a missing fairness id. */
import { Fields } from '../config/fields.ts';
import { definePlugin } from '../plugin.ts';
import type { InferenceRequest } from '../request.ts';

const KNOWN_HEADERS = ['x-claude-code-session-id', 'x-session-affinity', 'session-id', 'session_id'];

export const agentIdentity = definePlugin<readonly string[]>({
  type: 'agent-identity',
  kinds: ['request-header', 'producer'],
  stability: 'alpha',
  summary: 'agent session from well-known headers, as fairness id and session attribute',
  parse(raw, path) {
    const extra = new Fields(raw, path, ['additionalSessionHeaders']).strings('additionalSessionHeaders');
    return [...KNOWN_HEADERS, ...extra.map((name) => name.toLowerCase())];
  },
  produces: (name) => [{ type: 'SessionID', producer: name }],
  create(names, { name, column }) {
    const session = column('SessionID', name);
    const identity = (request: InferenceRequest): string => {
      for (const header of names) {
        const value = request.headers.get(header);
        if (value !== undefined && value !== '') return value;
      }
      return '';
    };
    return {
      headerProcessor: { fairnessId: identity },
      producer: {
        produce(request) {
          session.session = identity(request);
        },
      },
    };
  },
});
