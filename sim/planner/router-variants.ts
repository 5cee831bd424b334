/** Routers of a search: profiles, and weights of their scorers. */
import { defaultRouterConfig } from '../cluster/default-router.ts';
import type { RouterSpec } from '../scenario/schema.ts';
import type { RouterVariant } from './schema.ts';

/** A router of the search. */
export interface NamedRouter {
  readonly name: string;
  readonly router: RouterSpec | undefined;
}

/** Routers of a fleet with these roles, with every combination of listed weights. */
export function routersFor(
  variants: readonly RouterVariant[] | undefined,
  roles: readonly { readonly role: string }[],
): NamedRouter[] {
  const listed = variants ?? [{ name: '', router: {} }];
  return listed.flatMap(({ name, router, weights }) => {
    const given = Object.keys(router).length === 0 ? undefined : router;
    if (weights === undefined) return [{ name, router: given }];
    const config =
      (router.config as Record<string, unknown> | undefined) ??
      defaultRouterConfig({ pools: roles }) ??
      AGGREGATED_DEFAULT;
    return combinations(weights).map((chosen) => ({
      name: [
        name,
        Object.entries(chosen)
          .map(([plugin, weight]) => `${plugin} ${weight}`)
          .join(' '),
      ]
        .filter((text) => text !== '')
        .join(' '),
      router: { ...router, config: withWeights(config, chosen) },
    }));
  });
}

/** What upstream's built-in default says, spelled out, so that its weights can be set. */
const AGGREGATED_DEFAULT: Readonly<Record<string, unknown>> = {
  apiVersion: 'llm-d.ai/v1alpha1',
  kind: 'EndpointPickerConfig',
  plugins: [
    { type: 'queue-scorer' },
    { type: 'kv-cache-utilization-scorer' },
    { type: 'prefix-cache-scorer' },
  ],
  schedulingProfiles: [
    {
      name: 'default',
      plugins: [
        { pluginRef: 'queue-scorer', weight: 2 },
        { pluginRef: 'kv-cache-utilization-scorer', weight: 2 },
        { pluginRef: 'prefix-cache-scorer', weight: 3 },
      ],
    },
  ],
};

function withWeights(
  config: Readonly<Record<string, unknown>>,
  weights: Readonly<Record<string, number>>,
): Record<string, unknown> {
  const profiles = (config['schedulingProfiles'] ?? []) as readonly {
    readonly plugins?: readonly { readonly pluginRef?: string }[];
  }[];
  const weighted = profiles.map((profile) => ({
    ...profile,
    plugins: (profile.plugins ?? []).map((one) => {
      const weight = weights[one.pluginRef ?? ''];
      return weight === undefined ? one : { ...one, weight };
    }),
  }));
  return { ...config, schedulingProfiles: weighted };
}

function combinations(lists: Readonly<Record<string, readonly number[]>>): Record<string, number>[] {
  let all: Record<string, number>[] = [{}];
  for (const [name, values] of Object.entries(lists)) {
    all = all.flatMap((before) => values.map((value) => ({ ...before, [name]: value })));
  }
  return all;
}
