/** The list of servers whose commands are understood: one import and one line each. */

import type { FoundCommand, ServerReader } from './server.ts';
import { sglangReader } from './sglang.ts';
import { trtllmReader } from './trtllm.ts';
import { vllmReader } from './vllm.ts';

export const SERVER_READERS: readonly ServerReader[] = [sglangReader, trtllmReader, vllmReader];

/** The server that the words start, or null. */
export function findServer(
  words: readonly string[],
): { readonly reader: ServerReader; readonly command: FoundCommand } | null {
  for (const reader of SERVER_READERS) {
    const command = reader.find(words);
    if (command !== null) return { reader, command };
  }
  return null;
}
