/** A file of lines that the runs of a job write as they go on: records of requests, routing decisions. */
import { closeSync, openSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LinePlace } from '../run/run-spec.ts';
import { unwritable } from './document.ts';

const FLUSH_CHARACTERS = 1 << 16;
const COPY_BYTES = 1 << 20;

/**
 * The file as a whole. Runs that go on one after the other add to it directly; of runs that go on side by side each has a
 * file of its own beside it, and these are added in order as soon as it is their turn.
 */
export class RunFile {
  readonly #file: string;
  readonly #areSideBySide: boolean;
  readonly #runs: number;
  /** Runs that have ended and whose turn has not come. */
  readonly #ended = new Set<number>();
  #next = 0;

  /** `head`: what the file starts with. */
  constructor(file: string, head: string, runs: number, areSideBySide: boolean) {
    this.#file = file;
    this.#runs = runs;
    this.#areSideBySide = areSideBySide;
    try {
      writeFileSync(file, head);
    } catch (error) {
      throw unwritable(file, error);
    }
  }

  /** Where the lines of a run go. */
  placeOf(index: number, run: string): LinePlace {
    const where = this.#areSideBySide ? this.#partOf(index) : this.#file;
    return { where, run: this.#runs > 1 ? run : null };
  }

  /** A run has ended: its lines, and those that waited for it, are added. */
  ended(index: number): void {
    if (!this.#areSideBySide) return;
    this.#ended.add(index);
    for (; this.#ended.delete(this.#next); this.#next++) {
      appendTo(this.#file, this.#partOf(this.#next));
      rmSync(this.#partOf(this.#next));
    }
  }

  /** Lines of runs that did not end, or whose turn did not come, are dropped. */
  close(): void {
    if (!this.#areSideBySide) return;
    for (let i = this.#next; i < this.#runs; i++) rmSync(this.#partOf(i), { force: true });
  }

  #partOf(index: number): string {
    return resolve(`${this.#file}.run-${index}`);
  }
}

/** Adds the lines of one run to a file. */
export class LineWriter {
  readonly #descriptor: number;
  #pending = '';

  constructor(file: string) {
    try {
      this.#descriptor = openSync(file, 'a');
    } catch (error) {
      throw unwritable(file, error);
    }
  }

  write(line: string): void {
    this.#pending += `${line}\n`;
    if (this.#pending.length >= FLUSH_CHARACTERS) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#descriptor);
  }

  #flush(): void {
    writeSync(this.#descriptor, this.#pending);
    this.#pending = '';
  }
}

/** Adds one file's bytes to another, a piece at a time. */
function appendTo(file: string, part: string): void {
  const from = openSync(part, 'r');
  const to = openSync(file, 'a');
  const piece = Buffer.allocUnsafe(COPY_BYTES);
  for (let bytes = readSync(from, piece); bytes > 0; bytes = readSync(from, piece)) {
    writeSync(to, piece, 0, bytes);
  }
  closeSync(from);
  closeSync(to);
}
