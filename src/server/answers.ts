/** Answers of the gateway itself, in upstream's form. Source: router specification 1.5. */
import type { ServerResponse } from 'node:http';
import type { Rejection } from '../routing/contract.ts';

export const DROP_REASON = 'x-llm-d-request-dropped-reason';

/** Text of a refusal, as upstream words it. */
export function refusalText(rejection: Rejection): string {
  return `inference error: ${rejection.code} - ${rejection.message}`;
}

/** Refuses a request. */
export function answer(response: ServerResponse, rejection: Rejection): void {
  const reason: Record<string, string> = rejection.reason === null ? {} : { [DROP_REASON]: rejection.reason };
  plain(response, rejection.status, refusalText(rejection), reason);
}

/** Answers with text; nothing happens when the client has gone or an answer has begun. */
export function plain(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, { 'content-type': 'text/plain', ...headers });
  response.end(text);
}
