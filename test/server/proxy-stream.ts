/** What a proxy is to the ext_proc service: a stream of messages about one request. */
import { type Client, Metadata } from '@grpc/grpc-js';
import { EXTERNAL_PROCESSOR } from '../../src/server/ext-proc/ext-proc-server.ts';
import type { ProcessingRequest, ProcessingResponse } from '../../src/server/ext-proc/protos.ts';

export interface ProxyStream {
  /** What the service has said so far. */
  readonly replies: ProcessingResponse[];
  send(message: ProcessingRequest): void;
  halfClose(): void;
  cancel(): void;
  /** Status with which the call has ended; null while it has not. */
  readonly ended: { readonly code: number; readonly details: string } | null;
}

export function openStream(client: Client): ProxyStream {
  const { path, requestSerialize, responseDeserialize } = EXTERNAL_PROCESSOR.process;
  const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, new Metadata());
  const replies: ProcessingResponse[] = [];
  let ended: ProxyStream['ended'] = null;
  call.on('data', (reply: ProcessingResponse) => replies.push(reply));
  call.on('status', (end) => {
    ended = end;
  });
  call.on('error', () => {});
  return {
    replies,
    send: (message) => call.write(message),
    halfClose: () => call.end(),
    cancel: () => call.cancel(),
    get ended() {
      return ended;
    },
  };
}

/** Headers of a request or an answer as the proxy sends them. */
export function headers(
  fields: Readonly<Record<string, string>>,
  isLast = false,
): NonNullable<ProcessingRequest['request_headers']> {
  const list = Object.entries(fields).map(([key, value]) => ({ key, raw_value: Buffer.from(value) }));
  return { headers: { headers: list }, end_of_stream: isLast };
}
