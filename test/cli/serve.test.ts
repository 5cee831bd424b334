/** `drydock serve` and `drydock sidecar` by hand: mistakes end with exit code 2 and say where they are; SIGTERM ends with 0. */
import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { register } from '../../sim/cli/commands/serve.ts';
import { explain } from '../../sim/cli/errors.ts';
import { modelServer, until } from '../server/fixtures.ts';
import { drydock, folderOf } from './drydock.ts';

const FILES = {
  'epp.yaml': '',
  'endpoints.yaml': '- {id: a, address: "127.0.0.1:1"}\n',
  'no-list.yaml': 'endpoints: 3\n',
  'broken.yaml': 'a: [',
  'unknown.yaml': 'apiVersion: llm-d.ai/v1alpha1\nkind: EndpointPickerConfig\nplugins: [{type: nothing}]\n',
  'no.pem': 'nothing',
  'keys.yaml': '- {sha256: secret-itself}\n',
  'jwks.json': '{"keys": 3}',
};

let folder: ReturnType<typeof folderOf>;
let taken: ReturnType<typeof createServer>;
let takenPort = 0;
beforeAll(async () => {
  folder = folderOf(FILES);
  taken = createServer();
  await new Promise<void>((done) => taken.listen(0, '127.0.0.1', done));
  takenPort = (taken.address() as { port: number }).port;
});
afterAll(() => {
  folder.remove();
  taken.close();
});

const FLEET = ['--config', 'epp.yaml', '--endpoints', 'endpoints.yaml', '--port', '0'];

test.each([
  ['nothing at all', [], 'one of --endpoints, --dns and --pool'],
  ['a missing configuration', ['--config', 'nope.yaml', '--endpoints', 'endpoints.yaml'], 'nope.yaml'],
  ['a broken configuration', ['--config', 'broken.yaml', '--endpoints', 'endpoints.yaml'], 'broken.yaml:1:5'],
  ['an unknown plugin', ['--config', 'unknown.yaml', '--endpoints', 'endpoints.yaml'], 'plugins[0].type'],
  ['no source of endpoints', ['--config', 'epp.yaml'], '--endpoints, --dns and --pool'],
  ['two sources', [...FLEET, '--dns', 'a:1'], '--endpoints and --dns'],
  ['no list of endpoints', ['--config', 'epp.yaml', '--endpoints', 'no-list.yaml'], 'no-list.yaml'],
  ['a port that is none', [...FLEET, '--port', '99999'], '--port'],
  ['an unreadable rate', [...FLEET, '--rate-limit', 'fast'], '--rate-limit'],
  ['a key in place of its digest', [...FLEET, '--api-keys', 'keys.yaml'], '[0].sha256'],
  ['no key set', [...FLEET, '--jwt-keys', 'jwks.json'], 'jwks.json'],
  ['a broken URL of keys', [...FLEET, '--jwt-keys', 'http://['], '--jwt-keys'],
  ['a certificate without a key', [...FLEET, '--tls-cert', 'no.pem'], '--tls-key'],
  ['no certificate', [...FLEET, '--tls-cert', 'no.pem', '--tls-key', 'no.pem'], '--tls-cert'],
  ['no authority', [...FLEET, '--upstream-tls', '--upstream-ca', 'no.pem'], '--upstream-ca'],
  ['an unknown option', [...FLEET, '--bogus'], '--bogus'],
  ['a lease without a namespace', [...FLEET, '--leader-election', 'router'], '--leader-election'],
  ['a connector that is not there', [...FLEET, '--kv-connector', 'moriio'], 'mooncake, offloading'],
  [
    "MoRI-IO's mode",
    [...FLEET, '--disaggregation', 'gateway', '--moriio-write-mode'],
    '--kv-connector nixlv2, sglang',
  ],
  [
    'pulls that the connector cannot do',
    [...FLEET, '--disaggregation', 'gateway', '--kv-connector', 'sglang', '--enable-p2p-pull'],
    '--enable-p2p-pull',
  ],
])('serve refuses %s', async (_, args, named) => {
  const program = new Command();
  register(program);
  let said = '';
  const output = {
    writeErr: (text: string) => {
      said += text;
    },
  };
  for (const command of [program, program.commands[0]!]) command.exitOverride().configureOutput(output);
  const paths = args.map((arg) => (Object.hasOwn(FILES, arg) ? join(folder.path, arg) : arg));
  const error: unknown = await program.parseAsync(['serve', ...paths], { from: 'user' }).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Error);
  if (!(error instanceof CommanderError)) {
    const { text, code } = explain(error);
    expect(code).toBe(2);
    said += text;
  }
  expect(said).toContain(named);
  expect(said).not.toMatch(/secret-itself|\n {4}at /);
});

test('a port that is taken ends serve and sidecar, whatever they have begun', () => {
  const port = String(takenPort);
  for (const args of [
    ['serve', ...FLEET, '--port', port],
    ['serve', ...FLEET, '--ext-proc-port', port],
    ['sidecar', '--model-server', 'a:1', '--prefillers', 'endpoints.yaml', '--port', port],
    ['sidecar', '--model-server', 'a:1', '--prefillers-dns', 'a.invalid:1', '--port', port],
  ]) {
    const command = [resolve('dist/cli/drydock.js'), ...args];
    const options = { cwd: folder.path, encoding: 'utf8', timeout: 15_000 } as const;
    const { status, stderr } = spawnSync(process.execPath, command, options);
    expect(stderr).toContain('an address that is free');
    expect(status).toBe(2);
  }
});

test('sidecar wants just one list of prefill servers', () => {
  const both = ['--prefillers', 'endpoints.yaml', '--prefillers-dns', 'a:1'];
  for (const args of [[], both]) {
    const { status, stderr } = drydock(folder.path, 'sidecar', '--model-server', 'a:1', ...args);
    expect(stderr).toContain('one of --prefillers and --prefillers-dns');
    expect(status).toBe(2);
  }
});

/** What a command says until `isDone`, from its standard error. */
async function saysUntil(
  cwd: string,
  args: readonly string[],
  isDone: (said: string) => boolean,
): Promise<string> {
  const child = spawn(process.execPath, [resolve('dist/cli/drydock.js'), ...args], { cwd });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += String(chunk);
  });
  await until(() => isDone(said));
  return said;
}

test('emulate says what to do next, and serve what its fleet and configuration do not have in common', async () => {
  const own = folderOf({});
  onTestFinished(own.remove);
  const files = ['--endpoints', 'e.json', '--router-config', 'pd.yaml'];
  const scenario = resolve('scenarios/twin-pd-small.yaml');
  const hints = await saysUntil(own.path, ['emulate', scenario, '--port-base', '0', ...files], (said) =>
    said.includes('curl'),
  );
  expect(hints).toContain('drydock serve --config pd.yaml --endpoints e.json --disaggregation gateway');
  const serve = ['serve', '--port', '0', '--endpoints', 'e.json'];
  const isUp = (said: string): boolean => said.includes('admin') || said.includes('plugin state');
  const admin = ['--admin-port', '0'];
  const split = await saysUntil(own.path, [...serve, ...admin, '--config', 'pd.yaml'], isUp);
  expect(split).toContain('note: prefill legs are left to a sidecar');
  expect(await saysUntil(own.path, [...serve, ...admin], isUp)).toContain('1 of the endpoints only prefill');
  const whole = [...serve, ...admin, '--config', 'pd.yaml', '--disaggregation', 'gateway'];
  expect(await saysUntil(own.path, whole, isUp)).not.toContain('note:');
});

test('a cluster that cannot be found is a mistake of the option that needs one', () => {
  const command = [resolve('dist/cli/drydock.js'), 'serve', '--port', '0', '--pool', 'a/b'];
  const env = { ...process.env, KUBECONFIG: '/nonexistent' };
  const { status, stderr } = spawnSync(process.execPath, command, { env, encoding: 'utf8', timeout: 15_000 });
  expect(stderr).toContain('KUBECONFIG');
  expect(status).toBe(2);
});

test('a request in flight is answered after SIGTERM, and serve ends with 0', async () => {
  let answer = (): void => {};
  const address = await modelServer((message, response) => {
    message.resume();
    if (message.method === 'POST') answer = () => response.end('{"done":true}');
    else response.end();
  });
  const own = folderOf({ 'epp.yaml': '', 'endpoints.yaml': `- {id: a, address: "${address}"}\n` });
  onTestFinished(own.remove);
  const child = spawn(process.execPath, [resolve('dist/cli/drydock.js'), 'serve', ...FLEET], {
    cwd: own.path,
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += String(chunk);
  });
  const ended = new Promise<number | null>((done) => child.once('exit', done));
  await until(() => said.includes('serving 1 endpoints'));
  const port = /:(\d+)\n/.exec(said)![1];
  const asked = fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
    method: 'POST',
    body: '{"model":"m","messages":[{"role":"user","content":"hi"}]}',
  });
  const started = answer;
  await until(() => answer !== started);
  child.kill('SIGTERM');
  await until(() => said.includes('draining 1 requests'));
  answer();
  expect(await (await asked).json()).toEqual({ done: true });
  expect(await ended).toBe(0);
});
