/**
 * Prompt content of trace rows. Rows with block ids share what their ids say; rows with a prefix id share that prefix; rows
 * of a session start with its history; everything else is content that no other request holds (ids below zero).
 */
import { PromptContent } from '../prompt-content.ts';
import type { TraceRow } from './row.ts';

/** Sessions whose history is kept. The one unused for longest is forgotten first; 2^16 histories are some 20 MB. */
const SESSIONS_KEPT = 65_536;

/** Contents named by text have ids from here up; those of sessions count up from 0. */
const NAMED_CONTENT = 2 ** 52;

interface History {
  readonly ids: readonly number[];
  readonly lengths: readonly number[];
  readonly tokens: number;
}

/** A prompt, and the content id of its answer. */
export interface TracePrompt {
  readonly prompt: PromptContent;
  readonly outputContentId: number;
}

/** Makes prompts row by row, in order of arrival. */
export class TracePrompts {
  readonly #blockTokens: number;
  readonly #histories = new Map<string, History>();
  #nextSessionContent = 0;
  #nextSingleUse = -1;

  /** `blockTokens`: tokens per entry of `TraceRow.blocks`. */
  constructor(blockTokens: number) {
    this.#blockTokens = blockTokens;
  }

  /** `outputTokens`: length of the answer, as later turns of the session will hold it. */
  make(row: TraceRow, outputTokens: number, keySeed: number): TracePrompt {
    if (row.blocks !== null) {
      const prompt = new PromptContent(row.blocks, this.#blockLengths(row), row.inputTokens, keySeed);
      return { prompt, outputContentId: this.#nextSingleUse-- };
    }
    if (row.sessionId === '') {
      const prompt = this.#extend(head(row), row.inputTokens, this.#nextSingleUse--, keySeed);
      return { prompt, outputContentId: this.#nextSingleUse-- };
    }
    const known = this.#histories.get(row.sessionId);
    const before = known !== undefined && known.tokens < row.inputTokens ? known : head(row);
    const prompt = this.#extend(before, row.inputTokens, this.#nextSessionContent++, keySeed);
    const outputContentId = this.#nextSessionContent++;
    this.#remember(row.sessionId, {
      ids: [...prompt.ids, outputContentId],
      lengths: [...prompt.lengths, outputTokens],
      tokens: prompt.tokens + outputTokens,
    });
    return { prompt, outputContentId };
  }

  #blockLengths(row: TraceRow): number[] {
    const lengths = new Array<number>(row.blocks!.length).fill(this.#blockTokens);
    lengths[lengths.length - 1] = row.inputTokens - (lengths.length - 1) * this.#blockTokens;
    return lengths;
  }

  #extend(before: History, tokens: number, content: number, keySeed: number): PromptContent {
    if (before.tokens === tokens) return new PromptContent(before.ids, before.lengths, tokens, keySeed);
    return new PromptContent(
      [...before.ids, content],
      [...before.lengths, tokens - before.tokens],
      tokens,
      keySeed,
    );
  }

  #remember(sessionId: string, history: History): void {
    const histories = this.#histories;
    // A Map lists its keys in order of insertion: the first one has been unused for longest.
    histories.delete(sessionId);
    histories.set(sessionId, history);
    if (histories.size > SESSIONS_KEPT) histories.delete(histories.keys().next().value!);
  }
}

/** What a prompt without history starts with. */
function head(row: TraceRow): History {
  const { prefixTokens } = row;
  if (prefixTokens === 0) return { ids: [], lengths: [], tokens: 0 };
  return { ids: [namedContent(row.prefixId)], lengths: [prefixTokens], tokens: prefixTokens };
}

/** Content id of a name: 52 bits of two FNV-1a lanes (10^6 names collide with odds near 1e-4). */
function namedContent(name: string): number {
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;
  for (let i = 0; i < name.length; i++) {
    low = Math.imul(low ^ name.charCodeAt(i), 0x01000193);
    high = Math.imul(high ^ name.charCodeAt(i), 0x85ebca6b) ^ (low >>> 15);
  }
  return NAMED_CONTENT + ((high >>> 0) & 0xfffff) * 2 ** 32 + (low >>> 0);
}
