/** Defaults of flow control: from what a configuration says to complete settings (llm-d router v0.10). */
import type { BandSettings } from './band.ts';
import type { FlowSettings } from './flow-control.ts';
import type {
  EvictionFilter,
  EvictionOrder,
  FairnessPolicy,
  OrderingPolicy,
  SaturationDetector,
  UsageLimitPolicy,
} from './policy.ts';

/** Limits of a band that sets none. */
export const BAND_MAX_BYTES = 1_000_000_000;
export const BAND_MAX_REQUESTS = 5_000;

/** Budget of waiting where none is set, µs. */
export const REQUEST_TTL_US = 60_000_000;

/** A band as configured; 0 and null: not set. */
export interface BandSection {
  readonly maxBytes: number;
  readonly maxRequests: number;
  readonly fairness: FairnessPolicy | null;
  readonly ordering: OrderingPolicy | null;
}

/** The `flowControl` section as configured, references resolved, in bytes and µs; null: not set. */
export interface FlowSection {
  /** 0: unlimited. */
  readonly maxBytes: number;
  readonly maxRequests: number;
  /** 0: no budget. */
  readonly requestTtlUs: number | null;
  readonly noEndpointTtlUs: number | null;
  readonly bands: readonly (BandSection & { readonly priority: number })[];
  readonly defaultBand: BandSection | null;
  readonly defaultNegativeBand: BandSection | null;
}

/** Policies that apply where the section names none. */
export interface FlowPolicies {
  readonly fairness: FairnessPolicy;
  readonly ordering: OrderingPolicy;
  readonly usageLimit: UsageLimitPolicy;
  readonly detector: SaturationDetector;
  /** Null: in-flight eviction is off. */
  readonly eviction: { readonly filter: EvictionFilter; readonly order: EvictionOrder } | null;
}

const UNSET_BAND: BandSection = { maxBytes: 0, maxRequests: 0, fairness: null, ordering: null };

/**
 * Completes a section. The budget for an empty pool follows `defaultRequestTTL` when only that is set;
 * negative priorities take the default band when they have none of their own.
 */
export function flowSettings(section: FlowSection, policies: FlowPolicies): FlowSettings {
  const complete = (band: BandSection): BandSettings => ({
    maxBytes: band.maxBytes === 0 ? BAND_MAX_BYTES : band.maxBytes,
    maxRequests: band.maxRequests === 0 ? BAND_MAX_REQUESTS : band.maxRequests,
    fairness: band.fairness ?? policies.fairness,
    ordering: band.ordering ?? policies.ordering,
  });
  const { detector, eviction } = policies;
  const defaultBand = complete(section.defaultBand ?? UNSET_BAND);
  const negative = section.defaultNegativeBand;
  return {
    maxBytes: section.maxBytes,
    maxRequests: section.maxRequests,
    requestTtlUs: section.requestTtlUs ?? REQUEST_TTL_US,
    noEndpointTtlUs: section.noEndpointTtlUs ?? section.requestTtlUs ?? REQUEST_TTL_US,
    bands: section.bands.map((band) => ({ priority: band.priority, ...complete(band) })),
    defaultBand,
    defaultNegativeBand: negative === null ? defaultBand : complete(negative),
    detector,
    usageLimit: policies.usageLimit,
    eviction: eviction === null ? null : { ...eviction, graceUs: detector.reclaimGraceUs },
  };
}
