/**
 * Requests that a header processor gives a fairness id. Plugins see them under it from arrival to end, or what was counted for a flow
 * at the start would be counted for another at the end.
 */
import { IdMap } from '../core/id-map.ts';
import type { HeaderProcessor } from './plugin.ts';
import type { InferenceRequest } from './request.ts';

/** Fairness id of requests that name none. */
const DEFAULT_FLOW = 'default-flow';

export class Identities {
  readonly #processors: readonly HeaderProcessor[];
  readonly #known = new IdMap<InferenceRequest>();

  constructor(processors: readonly HeaderProcessor[]) {
    this.#processors = processors;
  }

  /** A request arrives: as plugins are to see it. One that names a flow itself keeps it. */
  enter(request: InferenceRequest): InferenceRequest {
    if (this.#processors.length === 0 || request.fairnessId !== DEFAULT_FLOW) return request;
    for (const processor of this.#processors) {
      const fairnessId = processor.fairnessId(request);
      if (fairnessId === '') continue;
      const identified = withFairnessId(request, fairnessId);
      this.#known.set(request.id, identified);
      return identified;
    }
    return request;
  }

  /** A request that has arrived, as plugins have seen it. */
  of(request: InferenceRequest): InferenceRequest {
    return this.#known.size === 0 ? request : (this.#known.get(request.id) ?? request);
  }

  /** A request has ended. */
  leave(request: InferenceRequest): void {
    if (this.#known.size > 0) this.#known.delete(request.id);
  }
}

/** Field by field, as a host's requests may answer with getters. */
function withFairnessId(request: InferenceRequest, fairnessId: string): InferenceRequest {
  const { id, requestId, model, incomingModel, arrivalUs, priority, prompt } = request;
  const { maxOutputTokens, sizeBytes, headers, multimodal, subset } = request;
  return {
    ...{ id, requestId, model, incomingModel, arrivalUs, priority, fairnessId, prompt },
    ...{ maxOutputTokens, sizeBytes, headers, multimodal, subset },
  };
}
