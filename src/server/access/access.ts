/** Who may ask: the hook that the gateway calls before it reads a body. */
import type { IncomingHttpHeaders } from 'node:http';

/** A caller that is known. */
export interface Identity {
  /** Flow (tenant) that its requests count under; null: what the request says. */
  readonly fairnessId: string | null;
}

/** Tells callers apart. Resolves with null for one that may not ask. */
export interface Access {
  identify(headers: IncomingHttpHeaders): Promise<Identity | null>;
}

/** Credential of `Authorization: Bearer`, or of `x-api-key` (Anthropic's clients); undefined when there is none. */
export function bearerOf(headers: IncomingHttpHeaders): string | undefined {
  const match = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '');
  if (match !== null) return match[1];
  const key = headers['x-api-key'];
  return Array.isArray(key) ? key[0] : key;
}
