/** How a request leaves flow control, and what its client is told (HTTP status, code, reason). */
import type { Rejection } from '../routing/contract.ts';

/** Terminal outcomes, named as in upstream's metrics. */
export type QueueOutcome =
  | 'Dispatched'
  | 'RejectedCapacity'
  | 'RejectedNoEndpoints'
  | 'RejectedOther'
  | 'EvictedTTL'
  | 'EvictedNoEndpoints'
  | 'EvictedContextCancelled'
  | 'EvictedOther';

/** Every outcome but dispatch. */
export type Refusal = Exclude<QueueOutcome, 'Dispatched'>;

/** Answer to the client by outcome. */
export const REJECTION_OF: Readonly<Record<Refusal, Rejection>> = {
  RejectedCapacity: {
    status: 429,
    code: 'ResourceExhausted',
    message: 'request rejected by flow control: queue at capacity',
    reason: 'rejected-saturated',
  },
  RejectedNoEndpoints: {
    status: 503,
    code: 'ServiceUnavailable',
    message: 'request rejected by flow control: queue at capacity and no endpoints available',
    reason: 'rejected-no-endpoints',
  },
  RejectedOther: {
    status: 503,
    code: 'ServiceUnavailable',
    message: 'request rejected by flow control: shutting down',
    reason: 'rejected-shutting-down',
  },
  EvictedTTL: {
    status: 429,
    code: 'ResourceExhausted',
    message: 'request timed out in the flow control queue',
    reason: 'rejected-ttl-expired',
  },
  EvictedNoEndpoints: {
    status: 503,
    code: 'ServiceUnavailable',
    message: 'request timed out in the flow control queue: no endpoints available',
    reason: 'rejected-no-endpoints',
  },
  EvictedContextCancelled: {
    status: 503,
    code: 'ServiceUnavailable',
    message: 'client disconnected while the request was queued',
    reason: 'rejected-context-cancelled',
  },
  EvictedOther: {
    status: 503,
    code: 'ServiceUnavailable',
    message: 'request evicted from the flow control queue: shutting down',
    reason: 'rejected-shutting-down',
  },
};

/** Answer to the client of an in-flight request that eviction revoked. */
export const REVOKED: Rejection = {
  status: 429,
  code: 'ResourceExhausted',
  message: 'request evicted by flow control',
  reason: 'evicted',
};

/** Answer of legacy admission to a sheddable request; upstream sets no reason header here. */
export const SHED: Rejection = {
  status: 429,
  code: 'ResourceExhausted',
  message: 'system saturated, sheddable request dropped',
  reason: null,
};
