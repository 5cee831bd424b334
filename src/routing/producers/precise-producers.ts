/** Which plugins of a router keep an index of what engines say they hold. */
import { PrecisePrefix } from './precise-prefix.ts';

/** The precise producers of a router, whatever their instances are called. */
export function preciseProducers(router: {
  effectiveConfig(): Readonly<Record<string, unknown>>;
  plugin(name: string): { readonly service?: unknown } | undefined;
}): PrecisePrefix[] {
  const plugins = (router.effectiveConfig()['plugins'] ?? []) as readonly { name?: string; type: string }[];
  return plugins
    .map(({ name, type }) => router.plugin(name ?? type)?.service)
    .filter((service) => service instanceof PrecisePrefix);
}
