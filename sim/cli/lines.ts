/** Lines of a file, streamed: traces can be larger than memory. Synchronous, since the simulator pulls its workload. */
import { closeSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { unreadable } from './document.ts';

const CHUNK_BYTES = 1 << 18;

/** Lines without their line ends. The file is closed when the reader is done with it or drops it. */
export function* fileLines(file: string): Generator<string> {
  const descriptor = open(file);
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    const decoder = new StringDecoder('utf8');
    let rest = '';
    for (;;) {
      const bytes = read(descriptor, buffer, file);
      if (bytes === 0) break;
      const lines = (rest + decoder.write(buffer.subarray(0, bytes))).split('\n');
      rest = lines.pop()!;
      for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line;
    }
    rest += decoder.end();
    if (rest !== '') yield rest;
  } finally {
    closeSync(descriptor);
  }
}

function open(file: string): number {
  try {
    return openSync(file, 'r');
  } catch (error) {
    throw unreadable(file, 'a trace file', error);
  }
}

function read(descriptor: number, buffer: Buffer, file: string): number {
  try {
    return readSync(descriptor, buffer, 0, CHUNK_BYTES, null);
  } catch (error) {
    throw unreadable(file, 'a trace file', error);
  }
}
