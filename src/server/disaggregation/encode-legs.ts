/**
 * Encode legs: before prefill and decode, each multimodal item of a chat goes to an encode server in a request of its own, all at
 * once and to the servers in turn. Any failure fails the request. Source: router specification 5.2.
 */
import { headerOf, without } from '../headers.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { type Fields, oneToken } from './connectors.ts';
import { PrefillLeg } from './prefill-leg.ts';

/** How encodings reach the next leg: through storage that both see, or by parameters that the encode servers answer with. */
export type EncoderConnector = 'none' | 'ec-example' | 'ec-nixl';

export const ENCODER_CONNECTORS: readonly EncoderConnector[] = ['none', 'ec-example', 'ec-nixl'];
const CHAT_PATH = '/v1/chat/completions';

const REQUEST_ID = 'x-request-id';
const ITEM_TYPES = ['image_url', 'audio_url', 'video_url', 'input_audio'];

/** What encode legs take. */
export interface EncodeOptions {
  readonly upstream: Upstream;
  /** `host:port` of the encode servers, at least one. */
  readonly encoders: readonly string[];
  readonly connector: Exclude<EncoderConnector, 'none'>;
  /** Names and values. */
  readonly headers: readonly string[];
  readonly body: Fields;
  readonly timeoutMs: number;
}

export class EncodeLegs {
  readonly #options: EncodeOptions;
  readonly #items: readonly Fields[];
  readonly #ended: (body: Fields | Error) => void;
  readonly #legs: PrefillLeg[] = [];
  #params: Fields = {};
  #left: number;
  #isOver = false;

  /** `ended` is called once, unless the legs are aborted: the body for the next leg, or what went wrong. */
  constructor(options: EncodeOptions, items: readonly Fields[], ended: (body: Fields | Error) => void) {
    this.#options = options;
    this.#items = items;
    this.#ended = ended;
    this.#left = items.length;
  }

  start(): void {
    const { upstream, encoders, headers, body, timeoutMs } = this.#options;
    const requestId = headerOf(headers, REQUEST_ID) ?? '';
    for (const [number, item] of this.#items.entries()) {
      const whole = oneToken({ ...body, messages: [{ role: 'user', content: [item] }] });
      const leg = {
        ...{ upstream, timeoutMs, path: CHAT_PATH, retries: 0, backoffMs: 0 },
        address: encoders[number % encoders.length]!,
        headers: [...without(headers, REQUEST_ID), REQUEST_ID, `${requestId}-enc-${number}`],
        body: Buffer.from(JSON.stringify(whole)),
      };
      this.#legs.push(
        new PrefillLeg(leg, (outcome) => {
          if ('error' in outcome) this.#failed(outcome.error.message);
          else if (outcome.status >= 300) this.#failed(`status ${outcome.status}`);
          else this.#encoded(outcome.body);
        }),
      );
    }
    for (const leg of this.#legs) leg.start();
  }

  abort(): void {
    this.#isOver = true;
    for (const leg of this.#legs) leg.abort();
  }

  #encoded(answer: Buffer): void {
    if (this.#isOver) return;
    if (this.#options.connector === 'ec-nixl') {
      const params = paramsOf(answer);
      if (params === undefined) {
        this.#failed('an encode server did not answer with JSON');
        return;
      }
      this.#params = { ...this.#params, ...params };
    }
    this.#left -= 1;
    if (this.#left > 0) return;
    this.#isOver = true;
    const { body } = this.#options;
    const told = Object.keys(this.#params).length === 0 ? {} : { ec_transfer_params: this.#params };
    // What has just been encoded is not in decode's cache: it is not asked whether enough of the prompt is.
    this.#ended({ ...body, ...told, cache_hit_threshold: 0 });
  }

  #failed(message: string): void {
    if (this.#isOver) return;
    this.abort();
    this.#ended(new Error(message));
  }
}

/** Whether a request, by its path, is a chat. */
export function isChat(path: string): boolean {
  return path.replace(/[?#].*$/, '').endsWith(CHAT_PATH);
}

/** Items to be encoded, each URL once. */
export function itemsOf(body: Fields): Fields[] {
  const items: Fields[] = [];
  const seen = new Set<string>();
  for (const message of arrayOf(body['messages'])) {
    for (const part of arrayOf((message as Fields | null)?.['content'])) {
      const item = part as Fields | null;
      const type = item?.['type'];
      if (item === null || typeof type !== 'string' || !ITEM_TYPES.includes(type)) continue;
      const url = (item[type] as Fields | null | undefined)?.['url'];
      if (typeof url === 'string') {
        if (seen.has(url)) continue;
        seen.add(url);
      }
      items.push(item);
    }
  }
  return items;
}

function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Transfer parameters of an encode server's answer, empty when it tells none; undefined when it is no JSON. */
function paramsOf(answer: Buffer): Fields | undefined {
  try {
    const params = (JSON.parse(answer.toString('utf8')) as Fields | null)?.['ec_transfer_params'];
    const isObject = typeof params === 'object' && params !== null && !Array.isArray(params);
    return isObject ? (params as Fields) : {};
  } catch {
    // Not JSON: the caller fails the request.
    return undefined;
  }
}
