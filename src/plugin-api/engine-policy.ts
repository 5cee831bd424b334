/**
 * Order of an engine's waiting queue, written by a user: one number a request, least first. It stands for the priority that
 * vLLM's `scheduling_policy: priority` or SGLang's queue would be given, or for a scheduler class of one's own.
 *
 * A request's number is asked for whenever it joins the queue (again after a preemption; SGLang: whenever a batch is formed),
 * not while it waits: rules in which all requests age alike (`arrivalUs + 40_000 * tokens`) come out the same.
 */
import type { ParameterValue } from './plugin-module.ts';

/** A waiting request as a policy sees it. Reused between calls: keep no reference to it. */
export interface WaitingRequest {
  readonly id: number;
  readonly arrivalUs: number;
  /** Joined this engine's queue for the first time, µs. */
  readonly queuedUs: number;
  readonly promptTokens: number;
  /** Tokens to compute before the next output token: the prompt, after a preemption also what was generated. */
  readonly pendingTokens: number;
  /** Output tokens so far: more than 0 after a preemption. */
  readonly generatedTokens: number;
  /** The client's limit. */
  readonly maxOutputTokens: number;
  /** Larger is more important. */
  readonly priority: number;
  readonly fairnessId: string;
  /**
   * What a predictor of output lengths says whose errors are log-normal: the logarithm is off by a normal deviate times
   * `errorSigma`, always the same for one request. 0 is an oracle.
   */
  predictedOutputTokens(errorSigma: number): number;
}

/** The order of one engine's queue. */
export interface EngineSchedulingPolicy {
  /** Least first; equal ones in order of arrival. Must be finite, and depend on its argument alone. */
  rank(request: WaitingRequest): number;
}

/** An engine scheduling policy as a user writes it. `P`: its parameters. */
export interface UserSchedulingPolicy<P = Readonly<Record<string, ParameterValue>>> {
  /** The name that `engine.schedulingPolicy` of a pool uses. */
  readonly type: string;
  readonly kinds: readonly ['engine-scheduling-policy'];
  readonly summary?: string;
  /** Parameters and their default values; others are refused. */
  readonly defaults?: P;
  create(parameters: P): EngineSchedulingPolicy;
}

/** A policy type, parameter type hidden. */
export interface SchedulingPolicyDefinition {
  readonly type: string;
  readonly summary: string;
  /** Strict: throws ConfigError with a path below `path`. */
  bind(raw: unknown, path: string): EngineSchedulingPolicy;
}
