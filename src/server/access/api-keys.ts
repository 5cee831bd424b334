/**
 * Access by API key. The file lists SHA-256 digests, not keys, so that reading it does not let anyone in:
 * `printf %s "$KEY" | sha256sum`.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { parse } from 'yaml';
import { ConfigError } from '../../core/check.ts';
import { type Access, bearerOf, type Identity } from './access.ts';

export class ApiKeys implements Access {
  /** By digest: looking a digest up tells nothing of the key by its timing. */
  readonly #identities: ReadonlyMap<string, Identity>;

  constructor(identities: ReadonlyMap<string, Identity>) {
    this.#identities = identities;
  }

  identify(headers: IncomingHttpHeaders): Promise<Identity | null> {
    const key = bearerOf(headers);
    const identity = key === undefined ? undefined : this.#identities.get(digestOf(key));
    return Promise.resolve(identity ?? null);
  }
}

/** SHA-256 of a key, hex. */
export function digestOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** Reads a list of `{sha256, fairnessId?}`. throws: ConfigError with the path of what is wrong. */
export function readApiKeys(file: string): ApiKeys {
  const refuse = (path: string, found: unknown, expected: string): never => {
    throw new ConfigError({ file, path, found: JSON.stringify(found) ?? 'nothing', expected });
  };
  let list: unknown;
  try {
    list = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    return refuse('', (error as Error).message, 'YAML or JSON');
  }
  if (!Array.isArray(list)) return refuse('', list, 'a list of {sha256, fairnessId}');
  const identities = new Map<string, Identity>();
  for (const [i, item] of (list as unknown[]).entries()) {
    const { sha256, fairnessId, ...rest } = (item ?? {}) as Record<string, unknown>;
    const [unknown] = Object.keys(rest);
    if (unknown !== undefined) refuse(`[${i}].${unknown}`, unknown, 'sha256 or fairnessId');
    if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/i.test(sha256)) {
      // The value is not shown: it may be the key itself.
      throw new ConfigError({
        file,
        path: `[${i}].sha256`,
        found: 'something else',
        expected: "64 hex digits, the key's SHA-256",
      });
    }
    if (fairnessId !== undefined && typeof fairnessId !== 'string') {
      refuse(`[${i}].fairnessId`, fairnessId, 'a text');
    }
    identities.set(sha256.toLowerCase(), { fairnessId: (fairnessId as string | undefined) ?? null });
  }
  return new ApiKeys(identities);
}
