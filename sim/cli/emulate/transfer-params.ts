/** vLLM's `kv_transfer_params`: what tells an engine that it serves one leg of a request. Source: router specification 5.2. */
import { isObject } from '../../../src/parsing/body.ts';

/** What a request asks of the engine. */
export type Transfer =
  | { readonly leg: 'whole' }
  | { readonly leg: 'prefill' }
  | { readonly leg: 'decode'; readonly held: string };

/** Reads the parameters of a request body; absent, null or empty ones make a whole request. A text says what is wrong. */
export function transferOf(body: Readonly<Record<string, unknown>>): Transfer | string {
  const params = body['kv_transfer_params'];
  if (params === undefined || params === null) return { leg: 'whole' };
  if (!isObject(params)) return 'kv_transfer_params must be an object';
  if (params['do_remote_decode'] === true) return { leg: 'prefill' };
  if (params['do_remote_prefill'] !== true) return { leg: 'whole' };
  const engine = params['remote_engine_id'];
  const request = params['remote_request_id'];
  if (typeof engine !== 'string' || typeof request !== 'string') {
    return 'kv_transfer_params needs remote_engine_id and remote_request_id for do_remote_prefill';
  }
  return { leg: 'decode', held: heldName(engine, request) };
}

/** What a prefill leg's answer tells the decode side. */
export function transferAnswer(engine: string, request: string, port: number, blocks: number): object {
  return {
    do_remote_prefill: true,
    do_remote_decode: false,
    remote_engine_id: engine,
    remote_request_id: request,
    remote_block_ids: Array.from({ length: blocks }, (_, i) => i),
    remote_host: '127.0.0.1',
    remote_port: port,
  };
}

/** Name of a held prefill leg in the fabric. */
export function heldName(engine: string, request: string): string {
  return `${engine}/${request}`;
}
