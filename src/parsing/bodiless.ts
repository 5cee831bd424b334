/**
 * Where a request without a body goes: to any ready endpoint, evenly, with no plugin asked. Source: router specification
 * 1.3, step 1.
 */
import type { Rng } from '../core/rng.ts';
import type { Rejection } from '../routing/contract.ts';
import type { EndpointTable } from '../routing/endpoint.ts';

/** Row of the endpoint, or the refusal of an empty pool. */
export function bodilessRow(table: EndpointTable, rng: Rng): number | Rejection {
  const { rows } = table;
  if (rows.length > 0) return rows[Math.floor(rng.unit() * rows.length)]!;
  return { status: 500, code: 'Internal', message: 'no endpoints available', reason: null };
}
