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

/** The router's configuration; undefined where llm-d's default is taken. */
export function caseRouter(measured: MeasuredCase): Readonly<Record<string, unknown>> | undefined {
  const { detail, pd } = measured.hardware;
  // Disaggregated fleets need their profile handler.
  if (pd != null) return undefined;
  const isPlainVllm = measured.family.startsWith('llmservingsim') || measured.family === 'llmd-exp7-pd';
  return BLIND.test(detail ?? '') || isPlainVllm ? RANDOM_CONFIG : undefined;
}
