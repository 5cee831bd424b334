/** What `drydock serve` takes about TLS, callers and rates. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Command } from 'commander';
import type { JSONWebKeySet } from 'jose';
import { ConfigError } from '../../src/core/check.ts';
import type { Access } from '../../src/server/access/access.ts';
import { readApiKeys } from '../../src/server/access/api-keys.ts';
import { RateLimit } from '../../src/server/access/rate-limit.ts';
import type { UpstreamTls } from '../../src/server/upstream/upstream.ts';
import { readText } from './document.ts';

/** Options about security. */
export interface SecurityOptions {
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly upstreamTls?: true;
  readonly upstreamCa?: string;
  readonly upstreamInsecure?: true;
  readonly upstreamAuthorizationEnv?: string;
  readonly apiKeys?: string;
  readonly jwtKeys?: string;
  readonly jwtIssuer?: string;
  readonly jwtAudience?: string;
  readonly jwtFairnessClaim?: string;
  readonly rateLimit?: string;
}

/** Parts of a gateway that they make. */
export interface Security {
  readonly tls?: { readonly key: Buffer; readonly cert: Buffer };
  readonly upstreamTls?: UpstreamTls;
  readonly upstreamAuthorization?: string;
  readonly access?: Access;
  readonly rateLimit?: RateLimit;
}

/** Adds the options. */
export function addSecurityOptions(command: Command): Command {
  return command
    .option('--tls-cert <file>', 'serve TLS by this certificate (PEM), over HTTP and ext_proc')
    .option('--tls-key <file>', 'its key (PEM)')
    .option('--upstream-tls', 'speak TLS to model servers')
    .option('--upstream-ca <file>', 'authorities to trust there (PEM); without it, those of the system')
    .option('--upstream-insecure', 'take any certificate of model servers')
    .option(
      '--upstream-authorization-env <name>',
      "environment variable with the model servers' Authorization header, with --api-keys or --jwt-keys",
    )
    .option('--api-keys <file>', 'callers need a key: list of {sha256, fairnessId}')
    .option('--jwt-keys <file or URL>', 'callers need a token: JSON Web Key Set of its issuer')
    .option('--jwt-issuer <text>', 'issuer that tokens must name')
    .option('--jwt-audience <text>', 'audience that tokens must name')
    .option('--jwt-fairness-claim <name>', 'claim that names the flow (tenant)')
    .option('--rate-limit <n[:burst]>', 'requests per second and flow, and how many at once (default: n)');
}

/** Reads the options and their files. throws: ConfigError. */
export async function securityOf(options: SecurityOptions): Promise<Security> {
  const authorization = upstreamAuthorization(options);
  const access = await accessOf(options);
  return {
    ...tlsOf(options),
    ...upstreamTlsOf(options),
    ...(authorization === undefined ? {} : { upstreamAuthorization: authorization }),
    ...(access === undefined ? {} : { access }),
    ...(options.rateLimit === undefined ? {} : { rateLimit: rateLimitOf(options.rateLimit) }),
  };
}

function tlsOf({ tlsCert, tlsKey }: SecurityOptions): Pick<Security, 'tls'> {
  if (tlsCert === undefined && tlsKey === undefined) return {};
  if (tlsCert === undefined || tlsKey === undefined) {
    const path = tlsCert === undefined ? '--tls-cert' : '--tls-key';
    throw new ConfigError({ path, found: 'nothing', expected: 'both --tls-cert and --tls-key' });
  }
  const tls = { cert: bytes(tlsCert, '--tls-cert'), key: bytes(tlsKey, '--tls-key') };
  try {
    createSecureContext(tls);
  } catch (error) {
    const found = `${tlsCert}, ${tlsKey} (${(error as Error).message})`;
    const expected = 'a certificate and its key, in PEM';
    throw new ConfigError({ path: '--tls-cert, --tls-key', found, expected });
  }
  return { tls };
}

function upstreamTlsOf(options: SecurityOptions): Pick<Security, 'upstreamTls'> {
  const { upstreamTls, upstreamCa, upstreamInsecure } = options;
  if (upstreamTls === undefined) {
    if (upstreamCa === undefined && upstreamInsecure === undefined) return {};
    const path = upstreamCa === undefined ? '--upstream-insecure' : '--upstream-ca';
    throw new ConfigError({ path, found: 'no --upstream-tls', expected: '--upstream-tls beside it' });
  }
  const ca = upstreamCa === undefined ? null : bytes(upstreamCa, '--upstream-ca');
  if (ca !== null) refuseOtherThanCertificates(ca, upstreamCa!);
  return { upstreamTls: { ca, isUnverified: upstreamInsecure ?? false } };
}

/** Node passes over what is no certificate, and would then trust nobody. throws: ConfigError. */
function refuseOtherThanCertificates(ca: Buffer, file: string): void {
  const certificates =
    ca.toString().match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  try {
    if (certificates.length === 0) throw new Error('no certificate');
    for (const certificate of certificates) new X509Certificate(certificate);
  } catch (error) {
    const found = `${file} (${(error as Error).message})`;
    throw new ConfigError({ path: '--upstream-ca', found, expected: 'certificates in PEM' });
  }
}

function upstreamAuthorization({ upstreamAuthorizationEnv: name }: SecurityOptions): string | undefined {
  if (name === undefined) return undefined;
  const value = process.env[name];
  if (value !== undefined && value !== '') return value;
  throw new ConfigError({
    path: '--upstream-authorization-env',
    found: `${name}, which is not set`,
    expected: 'a variable that is set',
  });
}

async function accessOf(options: SecurityOptions): Promise<Access | undefined> {
  const { apiKeys, jwtKeys, jwtIssuer, jwtAudience, jwtFairnessClaim } = options;
  if (apiKeys !== undefined && jwtKeys !== undefined) {
    throw new ConfigError({ path: '--jwt-keys', found: '--api-keys too', expected: 'one of the two' });
  }
  if (apiKeys !== undefined) return readApiKeys(apiKeys);
  if (jwtKeys === undefined) return undefined;
  const { JwtAccess } = await import('../../src/server/access/jwt.ts');
  return new JwtAccess({
    keys: keySetOf(jwtKeys),
    ...(jwtIssuer === undefined ? {} : { issuer: jwtIssuer }),
    ...(jwtAudience === undefined ? {} : { audience: jwtAudience }),
    ...(jwtFairnessClaim === undefined ? {} : { fairnessClaim: jwtFairnessClaim }),
  });
}

function keySetOf(text: string): JSONWebKeySet | URL {
  if (/^https?:/.test(text)) {
    if (URL.canParse(text)) return new URL(text);
    throw new ConfigError({ path: '--jwt-keys', found: text, expected: 'a file or a URL' });
  }
  let value: unknown;
  try {
    value = JSON.parse(readText(text, 'a JSON Web Key Set'));
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError({ file: text, path: '', found: (error as Error).message, expected: 'JSON' });
  }
  if (Array.isArray((value as { keys?: unknown } | null)?.keys)) return value as JSONWebKeySet;
  throw new ConfigError({ file: text, path: 'keys', found: 'no list', expected: 'a list of keys' });
}

function rateLimitOf(text: string): RateLimit {
  const match = /^(\d+(?:\.\d+)?)(?::(\d+))?$/.exec(text);
  const perS = Number(match?.[1]);
  const burst = match?.[2] === undefined ? Math.max(1, Math.ceil(perS)) : Number(match[2]);
  if (match === null || perS <= 0 || burst < 1) {
    throw new ConfigError({ path: '--rate-limit', found: text, expected: 'n or n:burst, both above 0' });
  }
  return new RateLimit(perS, burst);
}

function bytes(file: string, option: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new ConfigError({ path: option, found: (error as Error).message, expected: 'a PEM file' });
  }
}
