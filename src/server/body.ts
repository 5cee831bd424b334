/** Reads a request body whole, up to a limit. */
import type { IncomingMessage } from 'node:http';

/** The body is longer than allowed. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
}

/** Calls back once: with the body, or with BodyTooLarge, or with the error of a client that broke off. */
export function takeBody(
  message: IncomingMessage,
  limitBytes: number,
  done: (error: Error | null, body: Buffer) => void,
): void {
  let chunks: Buffer[] = [];
  let bytes = 0;
  let isOver = false;
  const end = (error: Error | null, body: Buffer): void => {
    if (isOver) return;
    isOver = true;
    chunks = [];
    done(error, body);
  };
  message.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > limitBytes) {
      message.pause();
      end(new BodyTooLarge(`request body exceeds ${limitBytes} bytes`), NOTHING);
    } else if (!isOver) chunks.push(chunk);
  });
  message.on('end', () => end(null, chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
  message.on('aborted', () => end(new Error('client closed the connection'), NOTHING));
  message.on('error', (error) => end(error, NOTHING));
}

const NOTHING = Buffer.alloc(0);

/** `takeBody` as a promise. */
export function readBody(message: IncomingMessage, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    takeBody(message, limitBytes, (error, body) => {
      if (error === null) resolve(body);
      else reject(error);
    });
  });
}
