/**
 * The router configuration of a scenario that names none: upstream's built-in profile (queue 2, KV utilisation 2, prefix 3),
 * and for fleets with prefill and decode pools the same blend in two profiles that always disaggregate.
 */
const API_VERSION = 'llm-d.ai/v1alpha1';
const KIND = 'EndpointPickerConfig';

/** A plain EndpointPickerConfig for these pools; undefined leaves the choice to upstream's built-in default. */
export function defaultRouterConfig(fleet: {
  readonly pools: readonly { readonly role: string }[];
}): Readonly<Record<string, unknown>> | undefined {
  if (!fleet.pools.some((pool) => pool.role !== 'both')) return undefined;
  const blend = [
    { pluginRef: 'queue-scorer', weight: 2 },
    { pluginRef: 'kv-cache-utilization-scorer', weight: 2 },
    { pluginRef: 'prefix-cache-scorer', weight: 3 },
  ];
  return {
    apiVersion: API_VERSION,
    kind: KIND,
    plugins: [
      { type: 'prefill-filter' },
      { type: 'decode-filter' },
      { type: 'queue-scorer' },
      { type: 'kv-cache-utilization-scorer' },
      { type: 'prefix-cache-scorer' },
      { type: 'always-disagg-pd-decider' },
      { type: 'disagg-profile-handler', parameters: { deciders: { prefill: 'always-disagg-pd-decider' } } },
    ],
    schedulingProfiles: [
      { name: 'prefill', plugins: [{ pluginRef: 'prefill-filter' }, ...blend] },
      { name: 'decode', plugins: [{ pluginRef: 'decode-filter' }, ...blend] },
    ],
  };
}
