/**
 * Endpoint discovery by DNS: the addresses of a name (a headless service's pods), or the hosts and ports of an SRV record, asked again
 * and again. A failed look-up leaves the fleet as it is: a name server's absence is not a fleet's.
 */
import { promises } from 'node:dns';
import type { Endpoint } from '../../routing/endpoint.ts';

/** What a look-up found. */
export type DnsQuery =
  | { readonly kind: 'address'; readonly name: string; readonly port: number }
  | { readonly kind: 'srv'; readonly name: string };

/** The promise forms of node's resolver, as far as used. */
export type DnsResolver = Pick<promises.Resolver, 'resolve4' | 'resolve6' | 'resolveSrv'>;

/** `host:port`, or an SRV name (`_http._tcp.models.svc`); null when it is neither. */
export function parseDnsQuery(text: string): DnsQuery | null {
  if (/^_[\w-]+\._[a-z]+\.[\w.-]+$/.test(text)) return { kind: 'srv', name: text };
  const match = /^([\w.-]+):(\d{1,5})$/.exec(text);
  if (match === null || Number(match[2]) > 65_535) return null;
  return { kind: 'address', name: match[1]!, port: Number(match[2]) };
}

/** Looks a query up once; endpoints in the order of their addresses. Rejects when no name server answers. */
export async function lookUp(query: DnsQuery, resolver: DnsResolver): Promise<Endpoint[]> {
  const addresses =
    query.kind === 'srv'
      ? (await resolver.resolveSrv(query.name)).map(({ name, port }) => `${name}:${port}`)
      : (await bothFamilies(query.name, resolver)).map((host) => `${host}:${query.port}`);
  return [...new Set(addresses)].sort().map((address) => ({ id: address, address, labels: {} }));
}

/** A name may have addresses of one family only. */
async function bothFamilies(name: string, resolver: DnsResolver): Promise<string[]> {
  const [four, six] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  if (four.status === 'rejected' && six.status === 'rejected') throw four.reason;
  const v4 = four.status === 'fulfilled' ? four.value : [];
  const v6 = six.status === 'fulfilled' ? six.value.map((host) => `[${host}]`) : [];
  return [...v4, ...v6];
}

/** Asks every `intervalMs`; the result stops it. */
export function watchDns(
  query: DnsQuery,
  intervalMs: number,
  changed: (endpoints: readonly Endpoint[]) => void,
  broken: (error: Error) => void,
  resolver: DnsResolver = new promises.Resolver(),
): () => void {
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    try {
      const endpoints = await lookUp(query, resolver);
      if (!isOver) changed(endpoints);
    } catch (error) {
      if (!isOver) broken(error as Error);
    }
    if (!isOver) timer = setTimeout(() => void look(), intervalMs);
  };
  void look();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
