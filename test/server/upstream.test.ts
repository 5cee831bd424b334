/** Connections to model servers, against servers that are written byte by byte. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Upstream } from '../../src/server/upstream/upstream.ts';
import type { UpstreamCall, UpstreamRequest } from '../../src/server/upstream/upstream-call.ts';
import { deadAddress, until } from './fixtures.ts';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

/** A server that does `answer` with each request that has come whole (they have no bodies), and counts connections. */
async function server(answer: (socket: Socket, request: string, nth: number) => void) {
  const state = { address: '', connections: 0, requests: [] as string[], sockets: [] as Socket[] };
  const listener = createServer((socket) => {
    state.connections += 1;
    state.sockets.push(socket);
    socket.on('error', () => {});
    let got = '';
    socket.on('data', (bytes) => {
      got += bytes.toString('latin1');
      for (let end = got.indexOf('\r\n\r\n'); end >= 0; end = got.indexOf('\r\n\r\n')) {
        const request = got.slice(0, end);
        got = got.slice(end + 4);
        state.requests.push(request);
        answer(socket, request, state.requests.length);
      }
    });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  onTestFinished(() => {
    listener.close();
    for (const socket of state.sockets) socket.destroy();
  });
  state.address = `127.0.0.1:${(listener.address() as { port: number }).port}`;
  return state;
}

function upstreamOf(): Upstream {
  const upstream = new Upstream(null);
  onTestFinished(() => upstream.close());
  return upstream;
}

const GET: UpstreamRequest = { method: 'GET', path: '/', headers: [], body: null, idleTimeoutMs: 5000 };

interface Outcome {
  readonly status: number;
  readonly body: string;
  readonly error: string | null;
}

function ask(
  upstream: Upstream,
  address: string,
  request: Partial<UpstreamRequest> = {},
  started: (call: UpstreamCall) => void = () => {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    let [status, body] = [0, ''];
    const call = upstream.send(
      address,
      { ...GET, ...request },
      {
        head: (s) => {
          status = s;
        },
        data: (part) => {
          body += part.toString();
        },
        end: () => resolve({ status, body, error: null }),
        failed: (error) => resolve({ status, body, error: error.message }),
      },
    );
    started(call);
  });
}

describe('upstream', () => {
  test('asks one connection again and again, and opens more only for requests at once', async () => {
    const seen = await server((socket) => socket.write(OK));
    const upstream = upstreamOf();
    for (let i = 0; i < 5; i++) expect((await ask(upstream, seen.address)).body).toBe('ok');
    expect(seen.connections).toBe(1);
    await Promise.all([1, 2, 3].map(() => ask(upstream, seen.address)));
    expect(seen.connections).toBe(3);
    expect(seen.requests[0]).toBe(`GET / HTTP/1.1\r\nhost: ${seen.address}`);
  });

  test('sends once more what went to a kept connection that the server was closing, and only then', async () => {
    const kept = await server((socket, _, nth) => (nth === 2 ? socket.destroy() : socket.write(OK)));
    const upstream = upstreamOf();
    expect((await ask(upstream, kept.address)).body).toBe('ok');
    expect(await ask(upstream, kept.address)).toMatchObject({ status: 200, error: null });
    expect([kept.requests.length, kept.connections]).toEqual([3, 2]);
    const fresh = await server((socket) => socket.destroy());
    expect((await ask(upstream, fresh.address)).error).not.toBeNull();
    expect(fresh.requests).toHaveLength(1);
    // Half a head has come: the server has begun to answer.
    const half = await server((socket, _, nth) => (nth === 2 ? socket.end('HTTP/1.1 2') : socket.write(OK)));
    await ask(upstream, half.address);
    expect((await ask(upstream, half.address)).error).not.toBeNull();
    expect(half.requests).toHaveLength(2);
  });

  test('does not use a connection again that is out of step, or that the server is about to close', async () => {
    const answers = [
      `${OK}HTTP/1.1 200 OK\r\n`,
      'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok',
      'HTTP/1.1 200 OK\r\nkeep-alive: timeout=1\r\ncontent-length: 2\r\n\r\nok',
      OK,
    ];
    const seen = await server((socket, _, nth) => socket.write(answers[nth - 1]!));
    const upstream = upstreamOf();
    for (const _ of answers) expect((await ask(upstream, seen.address)).body).toBe('ok');
    expect(seen.connections).toBe(4);
  });

  test('tells an answer that breaks off, or is malformed, from a whole one', async () => {
    const texts = [
      'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf',
      'HTTP/1.1 200 OK\r\n\r\nuntil the end',
      'HELLO\r\n\r\n',
    ];
    const seen = await server((socket, _, nth) => socket.end(texts[nth - 1]!));
    const upstream = upstreamOf();
    expect(await ask(upstream, seen.address)).toMatchObject({ body: 'half', error: expect.any(String) });
    expect(await ask(upstream, seen.address)).toEqual({ status: 200, body: 'until the end', error: null });
    expect((await ask(upstream, seen.address)).error).toContain('status line');
  });

  test('gives up on a server that is silent, at the beginning or in the middle', async () => {
    const seen = await server((socket, request) => {
      if (request.includes('/begun')) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf');
    });
    const upstream = upstreamOf();
    const limit = { idleTimeoutMs: 50 };
    expect((await ask(upstream, seen.address, limit)).error).toBe('no byte in time');
    const begun = await ask(upstream, seen.address, { ...limit, path: '/begun' });
    expect(begun).toEqual({ status: 200, body: 'half', error: 'no byte in time' });
  });

  test('what cannot be sent fails as all else does: nobody listens, no address, a header that would be two', async () => {
    const seen = await server((socket) => socket.write(OK));
    const upstream = upstreamOf();
    expect((await ask(upstream, await deadAddress())).error).toContain('ECONNREFUSED');
    expect((await ask(upstream, 'nowhere:port')).error).not.toBeNull();
    expect((await ask(upstream, seen.address, { headers: ['a', 'b\r\nc: d'] })).error).toContain('header a');
    expect((await ask(upstream, seen.address, { path: '/ HTTP/1.1\r\nx: y' })).error).not.toBeNull();
    expect(seen.requests).toHaveLength(0);
  });

  test('a call that is paused reads no further; its connection serves the next all the same', async () => {
    const big = 'x'.repeat(4_000_000);
    const seen = await server((socket, request) => {
      socket.write(
        request.includes('/big') ? `HTTP/1.1 200 OK\r\ncontent-length: ${big.length}\r\n\r\n${big}` : OK,
      );
    });
    const upstream = upstreamOf();
    let call: UpstreamCall | undefined;
    const answer = ask(upstream, seen.address, { path: '/big' }, (started) => {
      call = started;
      started.pause();
    });
    await until(() => (seen.sockets[0]?.writableLength ?? 0) > 0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(seen.sockets[0]!.writableLength).toBeGreaterThan(0);
    call!.resume();
    expect((await answer).body).toHaveLength(big.length);
    expect((await ask(upstream, seen.address)).body).toBe('ok');
    expect(seen.connections).toBe(1);
  });

  test('a call that is given up ends its connection, and nothing is heard of it', async () => {
    const seen = await server((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'));
    const upstream = upstreamOf();
    let call: UpstreamCall | undefined;
    let isTold = false;
    void ask(upstream, seen.address, {}, (started) => {
      call = started;
    }).then(() => {
      isTold = true;
    });
    await until(() => seen.requests.length === 1);
    call!.destroy();
    await once(seen.sockets[0]!, 'close');
    expect(isTold).toBe(false);
  });
});
