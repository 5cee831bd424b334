/**
 * Endpoints whose label gives the range of context lengths they are meant for. In range [min, max], width w:
 * 0.3 + 0.7 * (0.7 / (1 + w/10000) + 0.3 * (max - tokens) / w), or 1 when w = 0; outside at distance d:
 * 0.3 / (1 + d/1000); no label 0.5; unreadable 0. Source: router specification 3.3.
 */
import { Fields } from '../config/fields.ts';
import { keep } from '../filters/keep.ts';
import { definePlugin } from '../plugin.ts';
import { TOKENIZED_PROMPT } from '../producers/keys.ts';

interface Parameters {
  readonly label: string;
  readonly enableFiltering: boolean;
}

type Range = { readonly min: number; readonly max: number } | 'none' | 'bad';

export const contextLengthAware = definePlugin<Parameters>({
  type: 'context-length-aware',
  kinds: ['scorer', 'filter'],
  stability: 'beta',
  summary: 'endpoints meant for prompts of this length',
  parse(raw, path) {
    const fields = new Fields(raw, path, ['label', 'enableFiltering']);
    return {
      label: fields.string('label', '') || 'llm-d.ai/context-length-range',
      enableFiltering: fields.boolean('enableFiltering', false),
    };
  },
  needs: () => ({ required: [TOKENIZED_PROMPT] }),
  create({ label, enableFiltering }, { table }) {
    let ranges: Range[] = [];
    let version = -1;
    const rangeOf = (row: number): Range => {
      if (version !== table.version) {
        ranges = table.endpoints.map((endpoint) => parseRange(endpoint?.labels[label]));
        version = table.version;
      }
      return ranges[row]!;
    };
    return {
      scorer: {
        score({ request, rows, count }, out) {
          for (let i = 0; i < count; i++) out[i] = scoreOf(rangeOf(rows[i]!), request.prompt.tokens);
        },
      },
      filter: {
        filter(cycle) {
          if (!enableFiltering) return;
          const { tokens } = cycle.request.prompt;
          keep(cycle, (row) => isMeantFor(rangeOf(row), tokens), false);
        },
      },
    };
  },
});

/** `min-max` in tokens. */
function parseRange(text: string | undefined): Range {
  if (text === undefined) return 'none';
  const match = /^\s*(\d+)\s*-\s*(\d+)\s*$/.exec(text);
  if (match === null) return 'bad';
  const range = { min: Number(match[1]), max: Number(match[2]) };
  return range.min > range.max ? 'bad' : range;
}

function isMeantFor(range: Range, tokens: number): boolean {
  if (range === 'none') return true;
  return range !== 'bad' && tokens >= range.min && tokens <= range.max;
}

function scoreOf(range: Range, tokens: number): number {
  if (range === 'none') return 0.5;
  if (range === 'bad') return 0;
  const { min, max } = range;
  if (tokens < min) return 0.3 / (1 + (min - tokens) / 1000);
  if (tokens > max) return 0.3 / (1 + (tokens - max) / 1000);
  const width = max - min;
  if (width === 0) return 1;
  return 0.3 + 0.7 * (0.7 / (1 + width / 10_000) + (0.3 * (max - tokens)) / width);
}
