/**
 * Preble's E2: exploit where a prompt is cached for the most part, explore by load where it is not. Load is what an endpoint
 * was given within a window, prefill and output by the average length so far; one that is loaded more than `imbalance` times
 * as much as the least loaded is not exploited. Not here: the cost of evicting what others will need, and the splitting of hot
 * prefixes (a router cannot see the tree of an engine), and Preble's queue order within engines.
 */
import { Fields } from '../../../src/routing/config/fields.ts';
import { definePlugin, type PluginDefinition } from '../../../src/routing/plugin.ts';
import { leastOf } from './backlog.ts';
import { type Baseline, singleProfile } from './baseline.ts';

const PRODUCER = 'approx-prefix-cache-producer';

interface Parameters {
  readonly windowUs: number;
  readonly imbalance: number;
  /** What an output token costs, in prompt tokens. */
  readonly outputCost: number;
}

/** Sums of what endpoints were given, over a sliding window. */
class Window {
  readonly #sums: number[] = [];
  readonly #items: { readonly atUs: number; readonly row: number; readonly cost: number }[] = [];
  #first = 0;

  add(atUs: number, row: number, cost: number): void {
    this.#items.push({ atUs, row, cost });
    this.#sums[row] = this.of(row) + cost;
  }

  expire(beforeUs: number): void {
    for (let item = this.#items[this.#first]; item !== undefined && item.atUs < beforeUs; ) {
      this.#sums[item.row] = Math.max(0, this.of(item.row) - item.cost);
      this.#first += 1;
      item = this.#items[this.#first];
    }
    if (this.#first < 1024) return;
    this.#items.splice(0, this.#first);
    this.#first = 0;
  }

  of(row: number): number {
    return this.#sums[row] ?? 0;
  }
}

const prebleParameters = (raw: unknown, path: string): Parameters => {
  const fields = new Fields(raw, path, ['windowSeconds', 'imbalance', 'outputTokenCost']);
  return {
    windowUs: fields.number('windowSeconds', 180, { above: 0 }) * 1e6,
    imbalance: fields.number('imbalance', 1.5, { min: 1 }),
    outputCost: fields.number('outputTokenCost', 8, { min: 0 }),
  };
};

const preblePicker: PluginDefinition = definePlugin<Parameters>({
  type: 'lab-preble-picker',
  kinds: ['picker', 'pre-request', 'response'],
  stability: 'beta',
  summary: 'the most cached endpoint where it holds more than half of the prompt, else the least loaded one',
  parse: prebleParameters,
  needs: () => ({ required: [{ type: 'PrefixCacheMatchInfo', producer: PRODUCER }] }),
  create({ windowUs, imbalance, outputCost }, { rng, column }) {
    const match = column('PrefixCacheMatchInfo', PRODUCER);
    const load = new Window();
    let outputs = 0;
    let answered = 0;
    let fresh = 0;
    const cachedOn = (row: number): number =>
      match.present ? match.matchBlocks[row]! * match.blockSizeTokens : 0;
    return {
      hooks: {
        onDispatched(_request, { rows: [row = -1] }, nowUs) {
          load.add(nowUs, row, fresh + (answered === 0 ? 0 : (outputCost * outputs) / answered));
        },
        onFinished(_request, _dispatch, { outputTokens }) {
          outputs += outputTokens;
          answered += 1;
        },
      },
      picker: {
        pick({ request, rows, count, nowUs }, _totals, picked) {
          load.expire(nowUs - windowUs);
          const tokens = request.prompt.tokens;
          const cached = (i: number): number => Math.min(tokens, cachedOn(rows[i]!));
          let most = 0;
          let least = Number.POSITIVE_INFINITY;
          for (let i = 0; i < count; i++) {
            most = Math.max(most, cached(i));
            least = Math.min(least, load.of(rows[i]!));
          }
          const exploits = (i: number): boolean =>
            most > tokens - most && cached(i) === most && load.of(rows[i]!) <= imbalance * least + tokens;
          const isExploited = Array.from({ length: count }, (_, i) => i).some(exploits);
          const cost = (i: number): number => {
            if (!isExploited) return load.of(rows[i]!) + tokens - cached(i);
            return exploits(i) ? load.of(rows[i]!) : Number.POSITIVE_INFINITY;
          };
          picked[0] = leastOf(count, cost, rng);
          fresh = tokens - cached(picked[0]);
          return 1;
        },
      },
    };
  },
});

export const prebleE2: Baseline = {
  name: 'preble-e2',
  summary:
    'exploit the cache where more than half of the prompt is cached, else explore by load over 3 minutes',
  source:
    'V. Srivatsa et al., Preble: Efficient Distributed Prompt Scheduling for LLM Serving, ICLR 2025 (E2, without eviction cost)',
  config: singleProfile({ type: 'lab-preble-picker' }),
  plugins: [preblePicker],
};
