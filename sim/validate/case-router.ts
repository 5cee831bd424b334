/** The router of a measured fleet, as far as its description names one. */
import type { MeasuredCase } from './case.ts';

/**
 * Balancing without any knowledge of the engines: a Kubernetes Service, or a scheduler that picks at random.
 */
const BLIND = /round[- ]?robin|random|kubernetes service|\bk8s\b/i;

/** Picks among all endpoints at random. */
const RANDOM_CONFIG = {
  apiVersion: 'llm-d.ai/v1alpha1',
  kind: 'EndpointPickerConfig',
  plugins: [{ type: 'random-picker' }],
  schedulingProfiles: [{ name: 'default', plugins: [{ pluginRef: 'random-picker' }] }],
};

/** The blend of llm-d's charts of 2025: queue, KV utilisation and prefix alike, one profile. */
const PLUGINS_V2_CONFIG = {
  apiVersion: 'llm-d.ai/v1alpha1',
  kind: 'EndpointPickerConfig',
  plugins: [
    { type: 'queue-scorer' },
    { type: 'kv-cache-utilization-scorer' },
    { type: 'prefix-cache-scorer' },
    { type: 'max-score-picker' },
  ],
  schedulingProfiles: [
    {
      name: 'default',
      plugins: [
        { pluginRef: 'queue-scorer', weight: 1 },
        { pluginRef: 'kv-cache-utilization-scorer', weight: 1 },
        { pluginRef: 'prefix-cache-scorer', weight: 1 },
        { pluginRef: 'max-score-picker' },
      ],
    },
  ],
};

/**
 * True when a fleet was deployed as prefill and decode workers but never split a request: the chart's
 * plugins-v2.yaml has one profile and no filter by role, and so has a gateway that picks any worker. The
 * measurements say so too: 1P3D and 2P2D of the sweep are alike at every load, with more throughput than one
 * prefill worker could feed; in exp-7 one in a hundred gaps between tokens is as long as a whole prefill.
 * source: kubernetes-sigs/gateway-api-inference-extension, config/charts/inferencepool, mid 2025.
 */
export function isUnsplit(measured: MeasuredCase): boolean {
  return UNSPLIT.test(String(measured.engine_args?.['other'] ?? ''));
}

const UNSPLIT = /plugins-v2\.yaml|random decode\/prefill pick/;

/** The router's configuration; undefined where llm-d's default is taken. */
export function caseRouter(measured: MeasuredCase): Readonly<Record<string, unknown>> | undefined {
  const { detail, pd } = measured.hardware;
  if (pd != null) {
    // Fleets that do disaggregate need their profile handler.
    if (!isUnsplit(measured)) return undefined;
    return measured.family === 'llmd-exp7-pd' ? RANDOM_CONFIG : PLUGINS_V2_CONFIG;
  }
  const isPlainVllm = /^(llmservingsim|llmd-exp7-pd|llmd-pdsweep)/.test(measured.family);
  return BLIND.test(detail ?? '') || isPlainVllm ? RANDOM_CONFIG : undefined;
}
