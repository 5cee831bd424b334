/** What a policy in the box is: a router configuration, where its description comes from, and plugins that it brings. */
import type { PluginDefinition } from '../../../src/routing/plugin.ts';
import type { SchedulingPolicyRef } from '../../engine/scheduling-policy.ts';

/** A named policy that labs can use. */
export interface Baseline {
  readonly name: string;
  readonly summary: string;
  /** The published description that it follows. */
  readonly source: string;
  /** An EndpointPickerConfig; null: the router's own default. */
  readonly config: Readonly<Record<string, unknown>> | null;
  /** Plugin types that the configuration needs beside the router's. */
  readonly plugins: readonly PluginDefinition[];
  /** Names plugins that upstream marks as Alpha. */
  readonly isExperimental?: true;
  /** Order of the engines' waiting queues; absent: their own. */
  readonly schedulingPolicy?: SchedulingPolicyRef;
}

/** An entry of a profile. */
export interface ProfileEntry {
  readonly type: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly weight?: number;
  /** Produces data for others: declared, but no member of the profile. */
  readonly isProducer?: boolean;
}

/** A configuration of one profile with these plugins, in order. */
export function singleProfile(...entries: readonly ProfileEntry[]): Readonly<Record<string, unknown>> {
  return {
    apiVersion: 'llm-d.ai/v1alpha1',
    kind: 'EndpointPickerConfig',
    plugins: entries.map(declared),
    schedulingProfiles: [
      { name: 'default', plugins: entries.filter((one) => one.isProducer !== true).map(referred) },
    ],
  };
}

/** The plugin as `plugins` lists it. */
export function declared({ type, parameters }: ProfileEntry): Record<string, unknown> {
  return parameters === undefined ? { type } : { type, parameters };
}

/** The plugin as a profile refers to it. */
export function referred({ type, weight }: ProfileEntry): Record<string, unknown> {
  return weight === undefined ? { pluginRef: type } : { pluginRef: type, weight };
}
