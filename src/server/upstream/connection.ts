/** One connection to a model server: a request at a time, and its answer as it comes. */
import type { Socket } from 'node:net';
import { BadAnswer } from './answer-head.ts';
import { AnswerParser, type AnswerReader } from './answer-parser.ts';

/** Who a connection works for: hears of the answer, and of one of `end` and `broken`, after which nothing comes. */
export interface ConnectionUser extends AnswerReader {
  /** The connection has come about. */
  connected(): void;
  /** Bytes have come. */
  heard(): void;
  /** What has come is told; more will come later. */
  flush(): void;
  end(): void;
  /** `isStale`: it had been kept since an earlier request, and nothing of an answer has come. */
  broken(error: Error, isStale: boolean): void;
}

/** Where connections go that are free again, or gone. */
export interface ConnectionHome {
  freed(connection: Connection): void;
  closed(connection: Connection): void;
}

const CLOSED = 'the model server closed the connection';

export class Connection {
  readonly address: string;
  /** When it became free, ms of the home's clock. */
  freeSinceMs = 0;
  readonly #socket: Socket;
  readonly #home: ConnectionHome;
  readonly #parser = new AnswerParser();
  #user: ConnectionUser | null = null;
  #isUsed = false;
  #hasBytes = false;

  /** `socket`: connecting; `ready`: its event when it may be written to. */
  constructor(address: string, socket: Socket, ready: 'connect' | 'secureConnect', home: ConnectionHome) {
    this.address = address;
    this.#socket = socket;
    this.#home = home;
    socket.setNoDelay(true);
    socket.on(ready, () => this.#user?.connected());
    socket.on('data', (bytes: Buffer) => this.#read(bytes));
    socket.on('end', () => this.#ended());
    socket.on('error', (error) => this.#broken(error));
    socket.on('close', () => this.#broken(new Error(CLOSED)));
  }

  /** How long the server keeps the connection by its own word, ms. */
  get keptMs(): number {
    return this.#parser.keptMs;
  }

  /** Sends a request for `user`; `head` with its empty line. */
  send(head: string, body: Buffer | null, isBodiless: boolean, user: ConnectionUser): void {
    const socket = this.#socket;
    this.#user = user;
    this.#hasBytes = false;
    this.#parser.begin(user, isBodiless);
    if (body === null) {
      socket.write(head, 'latin1');
      return;
    }
    socket.cork();
    socket.write(head, 'latin1');
    socket.write(body);
    socket.uncork();
  }

  /** Stops reading; what was read already still comes. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Ends it; the user hears nothing more. */
  destroy(): void {
    this.#user = null;
    this.#parser.stop();
    this.#socket.destroy();
    this.#home.closed(this);
  }

  #read(bytes: Buffer): void {
    const user = this.#user;
    if (user === null) {
      // Nobody has asked.
      this.destroy();
      return;
    }
    this.#hasBytes = true;
    user.heard();
    let beyond: number;
    try {
      beyond = this.#parser.feed(bytes);
    } catch (error) {
      if (!(error instanceof BadAnswer)) throw error;
      this.#broken(error);
      return;
    }
    if (this.#user !== user) return;
    if (beyond < 0) user.flush();
    else this.#answered(user, beyond === 0);
  }

  #answered(user: ConnectionUser, isInStep: boolean): void {
    this.#user = null;
    this.#isUsed = true;
    // Whoever asks next, and the server's closing, must be heard.
    if (this.#socket.isPaused()) this.#socket.resume();
    // A server that answers before it has read the request may go on reading it.
    if (isInStep && this.#parser.isKept && this.#socket.writableLength === 0) this.#home.freed(this);
    else this.destroy();
    user.end();
  }

  #ended(): void {
    const user = this.#user;
    if (user !== null && this.#parser.closed()) this.#answered(user, true);
    else this.#broken(new Error(CLOSED));
    this.destroy();
  }

  #broken(error: Error): void {
    const user = this.#user;
    this.destroy();
    user?.broken(error, this.#isUsed && !this.#hasBytes);
  }
}
