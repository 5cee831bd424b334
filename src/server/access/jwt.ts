/** Access by JSON Web Token: signature, times, issuer and audience are checked; a claim names the flow. */
import type { IncomingHttpHeaders } from 'node:http';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { type Access, bearerOf, type Identity } from './access.ts';

/** What a token must be. */
export interface JwtOptions {
  /** Keys of the issuer: a set, or where it is published. */
  readonly keys: JSONWebKeySet | URL;
  readonly issuer?: string;
  readonly audience?: string;
  /** Claim that names the flow, e.g. `sub`; absent: the request names it. */
  readonly fairnessClaim?: string;
}

export class JwtAccess implements Access {
  readonly #keys: JWTVerifyGetKey;
  readonly #options: JwtOptions;

  constructor(options: JwtOptions) {
    this.#options = options;
    this.#keys =
      options.keys instanceof URL ? createRemoteJWKSet(options.keys) : createLocalJWKSet(options.keys);
  }

  /** Rejects when the issuer's keys cannot be had: nobody is let in, and nobody is told that the token is bad. */
  async identify(headers: IncomingHttpHeaders): Promise<Identity | null> {
    const token = bearerOf(headers);
    if (token === undefined) return null;
    const { issuer, audience, fairnessClaim } = this.#options;
    try {
      const { payload } = await jwtVerify(token, this.#keys, {
        ...(issuer === undefined ? {} : { issuer }),
        ...(audience === undefined ? {} : { audience }),
      });
      const claim = fairnessClaim === undefined ? undefined : payload[fairnessClaim];
      return { fairnessId: typeof claim === 'string' ? claim : null };
    } catch (error) {
      if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)) throw error;
      return null;
    }
  }
}
