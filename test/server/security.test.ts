/** Callers, rates, slow clients and TLS of the gateway. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer as createTlsServer, get as tlsGet } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { describe, expect, onTestFinished, test } from 'vitest';
import { digestOf, readApiKeys } from '../../src/server/access/api-keys.ts';
import { JwtAccess } from '../../src/server/access/jwt.ts';
import { RateLimit } from '../../src/server/access/rate-limit.ts';
import { CHAT, gatewayOf, modelServer, post } from './fixtures.ts';

/** A model server that remembers the headers of the last POST. */
async function remembering(): Promise<{ address: string; last: () => IncomingHttpHeaders }> {
  let seen: IncomingHttpHeaders = {};
  const address = await modelServer((message, response) => {
    if (message.method === 'POST') seen = message.headers;
    message.resume();
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  return { address, last: () => seen };
}

function file(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'drydock-access-')), 'keys.yaml');
  writeFileSync(path, text);
  return path;
}

describe('API keys', () => {
  test('let known callers in under their own flow, and never reach router or model server', async () => {
    const keys = readApiKeys(file(`- {sha256: ${digestOf('s3cret')}, fairnessId: tenant-a}`));
    const { address, last } = await remembering();
    const flows: string[] = [];
    const headersSeen: string[] = [];
    const { port } = await gatewayOf([address], {
      access: keys,
      upstreamAuthorization: 'Bearer engine',
      observer: {
        event: () => {},
        dispatched: (request) => {
          flows.push(request.fairnessId);
          headersSeen.push(...request.headers.keys());
        },
      },
    });
    expect((await post(port, CHAT)).status).toBe(401);
    expect((await post(port, CHAT, { authorization: 'Bearer wrong' })).status).toBe(401);
    const spoofed = { authorization: 'Bearer s3cret', 'x-llm-d-inference-fairness-id': 'tenant-b' };
    expect((await post(port, CHAT, spoofed)).status).toBe(200);
    expect((await post(port, CHAT, { 'x-api-key': 's3cret' })).status).toBe(200);
    expect(flows).toEqual(['tenant-a', 'tenant-a']);
    expect(headersSeen).not.toContain('authorization');
    expect(last().authorization).toBe('Bearer engine');
    expect(last()['x-api-key']).toBeUndefined();
  });

  test('a key in place of its digest is refused without being shown', () => {
    const path = file('- {sha256: my-plain-key}');
    expect(() => readApiKeys(path)).toThrow(/\[0\]\.sha256/);
    expect(() => readApiKeys(path)).not.toThrow(/my-plain-key/);
    expect(() => readApiKeys(file('- {sha: x}'))).toThrow(/\[0\]\.sha\b/);
  });
});

test('tokens are checked for signature, expiry, issuer and audience; a claim names the flow', async () => {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const other = await generateKeyPair('RS256');
  const keys = { keys: [{ ...(await exportJWK(publicKey)), alg: 'RS256' }] };
  const access = new JwtAccess({ keys, issuer: 'us', audience: 'gateway', fairnessClaim: 'team' });
  const token = (expiry: string, audience: string, key = privateKey): Promise<string> =>
    new SignJWT({ team: 'red' })
      .setProtectedHeader({ alg: 'RS256' })
      .setIssuer('us')
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(expiry)
      .sign(key);
  const identify = async (text: string) => await access.identify({ authorization: `Bearer ${text}` });
  expect(await identify(await token('1m', 'gateway'))).toEqual({ fairnessId: 'red' });
  expect(await identify(await token('-1m', 'gateway'))).toBeNull();
  expect(await identify(await token('1m', 'elsewhere'))).toBeNull();
  expect(await identify(await token('1m', 'gateway', other.privateKey))).toBeNull();
  expect(await identify('no token')).toBeNull();
  expect(await access.identify({})).toBeNull();
  const unreachable = new JwtAccess({ keys: new URL('http://127.0.0.1:1/keys') });
  const { address } = await remembering();
  const { port } = await gatewayOf([address], { access: unreachable });
  const asked = await post(port, CHAT, { authorization: `Bearer ${await token('1m', 'gateway')}` });
  expect(asked.status).toBe(503);
});

describe('the rate limit', () => {
  test('gives each flow its burst, then its rate', () => {
    const limit = new RateLimit(2, 3);
    expect([0, 0, 0, 0].map(() => limit.take('a', 1000))).toEqual([0, 0, 0, 500]);
    expect(limit.take('b', 1000)).toBe(0);
    expect(limit.take('a', 1250)).toBe(250);
    expect(limit.take('a', 1500)).toBe(0);
    expect(limit.take('a', 1_000_000)).toBe(0);
    expect([0, 0, 0].map(() => limit.take('a', 1_000_000))).toEqual([0, 0, 500]);
  });

  test('answers 429 with the time to wait', async () => {
    const { address } = await remembering();
    const { port } = await gatewayOf([address], { rateLimit: new RateLimit(0.1, 1) });
    expect((await post(port, CHAT)).status).toBe(200);
    const late = await post(port, CHAT);
    expect(late.status).toBe(429);
    expect(late.headers['retry-after']).toBe('10');
    const header = { 'x-llm-d-inference-fairness-id': 'another' };
    expect((await post(port, CHAT, header)).status).toBe(200);
  });
});

describe('slow clients', () => {
  const talk = (port: number, sent: string): Promise<string> =>
    new Promise((resolve) => {
      let got = '';
      const socket = connect(port, '127.0.0.1', () => socket.write(sent));
      socket.on('data', (chunk: Buffer) => {
        got += chunk.toString();
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve(got));
    });

  test('a head or body that does not come to its end is answered 408 and closed', async () => {
    const { address } = await remembering();
    const limits = { headersTimeoutMs: 100, requestTimeoutMs: 200 };
    const { port, live } = await gatewayOf([address], limits);
    const head = 'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n';
    expect(await talk(port, head)).toMatch(/^HTTP\/1\.1 408/);
    expect(await talk(port, `${head}content-length: 100\r\n\r\n{"model"`)).toMatch(/^HTTP\/1\.1 408|^$/);
    expect(live.inFlight).toBe(0);
  });

  test('heads over the limit and split UTF-8 in bodies', async () => {
    const { address } = await remembering();
    const { port } = await gatewayOf([address]);
    const long = `POST / HTTP/1.1\r\nhost: x\r\nx-long: ${'a'.repeat(40_000)}\r\n\r\n`;
    expect(await talk(port, long)).toMatch(/^HTTP\/1\.1 431/);
    const body = Buffer.from(
      JSON.stringify({ ...CHAT, messages: [{ role: 'user', content: 'žluťoučký 🐎' }] }),
    );
    const answer = await new Promise<string>((resolve) => {
      let got = '';
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(
          `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n`,
        );
        // One byte at a time cuts every character apart.
        for (const byte of body) socket.write(Buffer.of(byte));
      });
      socket.on('data', (chunk: Buffer) => {
        got += chunk.toString();
      });
      socket.on('close', () => resolve(got));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 200/);
  });
});

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

test.skipIf(!hasOpenssl)(
  'TLS to clients and to model servers; an unknown authority is not trusted',
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'drydock-tls-'));
    const [keyFile, certFile] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const made = spawnSync('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'],
      ...['-keyout', keyFile, '-out', certFile, ...subject],
    ]);
    expect(made.status).toBe(0);
    const [key, cert] = [readFileSync(keyFile), readFileSync(certFile)];
    const model = createTlsServer({ key, cert }, (message, response) => {
      message.resume();
      response.end(JSON.stringify({ object: 'list', data: [] }));
    });
    await new Promise<void>((resolve) => model.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      model.closeAllConnections();
      model.close();
    });
    const address = `127.0.0.1:${(model.address() as { port: number }).port}`;
    const ask = (port: number): Promise<number> =>
      new Promise((resolve, reject) => {
        tlsGet({ host: '127.0.0.1', port, path: '/v1/models', ca: cert, agent: false }, (response) => {
          response.resume();
          resolve(response.statusCode!);
        }).on('error', reject);
      });
    const trusting = await gatewayOf([address], {
      tls: { key, cert },
      upstreamTls: { ca: cert, isUnverified: false },
    });
    expect(await ask(trusting.port)).toBe(200);
    const careful = await gatewayOf([address], {
      tls: { key, cert },
      upstreamTls: { ca: null, isUnverified: false },
    });
    expect(await ask(careful.port)).toBe(503);
    const careless = await gatewayOf([address], {
      tls: { key, cert },
      upstreamTls: { ca: null, isUnverified: true },
    });
    expect(await ask(careless.port)).toBe(200);
  },
);
