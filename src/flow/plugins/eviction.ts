/** Plugin types of in-flight eviction; flow control makes them itself when `enableEviction` is set. */
import { definePlugin, ignoreParameters } from '../../routing/plugin.ts';
import { PRIORITY_THEN_TIME_EVICTION_ORDER, SHEDDABLE_EVICTION_FILTER } from '../policies/eviction.ts';

export const sheddableEvictionFilter = definePlugin({
  type: 'sheddable-eviction-filter',
  kinds: ['eviction-filter'],
  stability: 'alpha',
  summary: 'only requests of negative priority may be revoked in flight',
  parse: ignoreParameters,
  create: () => ({ evictionFilter: SHEDDABLE_EVICTION_FILTER }),
});

export const priorityThenTimeEvictionOrderPolicy = definePlugin({
  type: 'priority-then-time-eviction-order-policy',
  kinds: ['eviction-order'],
  stability: 'alpha',
  summary: 'revokes the lowest priority first, then the latest dispatched',
  parse: ignoreParameters,
  create: () => ({ evictionOrder: PRIORITY_THEN_TIME_EVICTION_ORDER }),
});
