/** Replies of the endpoint picker to Envoy. Source: router specification 1.2, 1.3 (step 6) and 1.4. */

import type { Rejection } from '../../routing/contract.ts';
import { DESTINATION_HEADER } from '../../routing/dispatch-builder.ts';
import { DROP_REASON, refusalText } from '../answers.ts';
import type { ProcessingResponse } from './protos.ts';

/** Envoy takes no message over 64 KiB by default; upstream's limit. */
const CHUNK_BYTES = 62_000;
const LB_NAMESPACE = 'envoy.lb';
const OVERWRITE = 'OVERWRITE_IF_EXISTS_OR_ADD';

type Phase = 'request' | 'response';

/** Header answer of a routed request: where it goes, in header and metadata alike. `set` names it, as plugins may (ranks behind one port). */
export function routed(set: ReadonlyMap<string, string>, remove: readonly string[]): ProcessingResponse {
  const destination = set.get(DESTINATION_HEADER) ?? '';
  const field = { fields: { [DESTINATION_HEADER]: { stringValue: destination } } };
  return {
    request_headers: { response: { header_mutation: mutation(set, remove), clear_route_cache: true } },
    dynamic_metadata: { fields: { [LB_NAMESPACE]: { structValue: field } } },
  };
}

/** Header answer of the response phase. */
export function responseHeaders(
  set: ReadonlyMap<string, string>,
  remove: readonly string[],
): ProcessingResponse {
  return { response_headers: { response: { header_mutation: mutation(set, remove) } } };
}

/** A body in chunks; an empty one is one chunk, and only the last may end the stream. */
export function bodyChunks(phase: Phase, body: Uint8Array, isLast: boolean): ProcessingResponse[] {
  const chunks: ProcessingResponse[] = [];
  for (let at = 0; at === 0 || at < body.length; at += CHUNK_BYTES) {
    const end_of_stream = isLast && at + CHUNK_BYTES >= body.length;
    const streamed_response = { body: body.subarray(at, at + CHUNK_BYTES), end_of_stream };
    chunks.push({ [`${phase}_body`]: { response: { body_mutation: { streamed_response } } } });
  }
  return chunks;
}

/** A body part that Envoy keeps as it is (modes in which it waits for each answer). */
export function bodyUnchanged(phase: Phase): ProcessingResponse {
  return { [`${phase}_body`]: { response: {} } };
}

/** Trailers stay as they are. */
export function trailers(phase: Phase): ProcessingResponse {
  return { [`${phase}_trailers`]: {} };
}

/** The answer in the model server's place. */
export function refusal(rejection: Rejection): ProcessingResponse {
  const headers = new Map([['content-type', 'text/plain']]);
  if (rejection.reason !== null) headers.set(DROP_REASON, rejection.reason);
  return {
    immediate_response: {
      status: { code: rejection.status },
      headers: mutation(headers, []),
      body: Buffer.from(refusalText(rejection)),
      details: rejection.code,
    },
  };
}

function mutation(set: ReadonlyMap<string, string>, remove: readonly string[]): object {
  return {
    set_headers: [...set].map(([key, value]) => ({
      header: { key, raw_value: Buffer.from(value) },
      append_action: OVERWRITE,
    })),
    remove_headers: remove,
  };
}
