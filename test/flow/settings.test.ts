import { expect, test } from 'vitest';
import {
  PRIORITY_THEN_TIME_EVICTION_ORDER,
  SHEDDABLE_EVICTION_FILTER,
} from '../../src/flow/policies/eviction.ts';
import { GLOBAL_STRICT_FAIRNESS } from '../../src/flow/policies/global-strict.ts';
import { FCFS_ORDERING, SLO_DEADLINE_ORDERING } from '../../src/flow/policies/ordering.ts';
import { ROUND_ROBIN_FAIRNESS } from '../../src/flow/policies/round-robin.ts';
import { staticUsageLimit } from '../../src/flow/policies/usage-limits.ts';
import { UTILIZATION_DEFAULTS, utilizationDetector } from '../../src/flow/saturation.ts';
import { type FlowSection, flowSettings } from '../../src/flow/settings.ts';
import { pool } from './fixtures.ts';

const POLICIES = {
  fairness: GLOBAL_STRICT_FAIRNESS,
  ordering: FCFS_ORDERING,
  usageLimit: staticUsageLimit(1),
  detector: utilizationDetector(pool().table, UTILIZATION_DEFAULTS),
  eviction: null,
};
const EMPTY: FlowSection = {
  maxBytes: 0,
  maxRequests: 0,
  requestTtlUs: null,
  noEndpointTtlUs: null,
  bands: [],
  defaultBand: null,
  defaultNegativeBand: null,
};
const UNSET = { maxBytes: 0, maxRequests: 0, fairness: null, ordering: null };

test('an empty section: no global limits, 60 s budgets, bands of 1 GB and 5000 requests', () => {
  const settings = flowSettings(EMPTY, POLICIES);
  expect(settings).toMatchObject({
    maxBytes: 0,
    maxRequests: 0,
    requestTtlUs: 60e6,
    noEndpointTtlUs: 60e6,
    defaultBand: {
      maxBytes: 1e9,
      maxRequests: 5000,
      fairness: GLOBAL_STRICT_FAIRNESS,
      ordering: FCFS_ORDERING,
    },
    eviction: null,
  });
  expect(settings.defaultNegativeBand).toEqual(settings.defaultBand);
});

test('the budget for an empty pool follows the other one when that is set', () => {
  const budgets = (requestTtlUs: number | null, noEndpointTtlUs: number | null) => {
    const settings = flowSettings({ ...EMPTY, requestTtlUs, noEndpointTtlUs }, POLICIES);
    return [settings.requestTtlUs, settings.noEndpointTtlUs];
  };
  expect(budgets(45e6, null)).toEqual([45e6, 45e6]);
  expect(budgets(45e6, 300e6)).toEqual([45e6, 300e6]);
  expect(budgets(null, 5e6)).toEqual([60e6, 5e6]);
  expect(budgets(0, null)).toEqual([0, 0]);
});

test('a band keeps what it sets and takes defaults for the rest', () => {
  const settings = flowSettings(
    {
      ...EMPTY,
      bands: [{ ...UNSET, priority: 100, maxRequests: 600, fairness: ROUND_ROBIN_FAIRNESS }],
      defaultBand: { ...UNSET, ordering: SLO_DEADLINE_ORDERING },
      defaultNegativeBand: { ...UNSET, maxRequests: 20 },
    },
    POLICIES,
  );
  expect(settings.bands).toEqual([
    {
      priority: 100,
      maxBytes: 1e9,
      maxRequests: 600,
      fairness: ROUND_ROBIN_FAIRNESS,
      ordering: FCFS_ORDERING,
    },
  ]);
  expect(settings.defaultBand).toMatchObject({ maxRequests: 5000, ordering: SLO_DEADLINE_ORDERING });
  expect(settings.defaultNegativeBand).toMatchObject({ maxRequests: 20, ordering: FCFS_ORDERING });
});

test('the grace of eviction is that of the detector', () => {
  const eviction = { filter: SHEDDABLE_EVICTION_FILTER, order: PRIORITY_THEN_TIME_EVICTION_ORDER };
  // Metrics refresh 50 ms + staleness 200 ms + 250 ms.
  expect(flowSettings(EMPTY, { ...POLICIES, eviction }).eviction).toEqual({ ...eviction, graceUs: 500_000 });
});
