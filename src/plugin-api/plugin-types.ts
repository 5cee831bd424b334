/** The published types of the plugin API (`drydock/plugin`): all that a plugin module may name. */
export type { Rng } from '../core/rng.ts';
export type { FairnessPolicy, OrderingPolicy, SaturationDetector, UsageLimitPolicy } from '../flow/policy.ts';
export type { ColumnTypes, DataKey } from '../routing/columns.ts';
export type { Dispatch, Rejection, ResponseUsage, TerminationCause } from '../routing/contract.ts';
export type { Endpoint, EndpointTable } from '../routing/endpoint.ts';
export type {
  Cycle,
  Filter,
  Picker,
  PluginContext,
  PluginInstance,
  PluginKind,
  Producer,
  ProfileHandler,
  RequestHooks,
  Scorer,
} from '../routing/plugin.ts';
export type { InferenceRequest } from '../routing/request.ts';
export type { EngineSchedulingPolicy, UserSchedulingPolicy, WaitingRequest } from './engine-policy.ts';
export type { ParameterValue, UserPlugin } from './plugin-module.ts';
