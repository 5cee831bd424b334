import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PlacedPool, Placement } from '../../sim/net/placement.ts';

const POOL: PlacedPool = {
  gpu: 'h100',
  gpusPerNode: 8,
  gpusPerDomain: 8,
  gpusPerReplica: 2,
  replicas: 4,
};

function nodes(placement: Placement, pools: readonly number[]): number[] {
  return pools.map((pool) => placement.take(pool).node);
}

describe('placement', () => {
  const prefillThenDecode = [0, 0, 0, 0, 1, 1, 1, 1];

  test('packed fills a node before it opens the next', () => {
    const placement = new Placement({ mode: 'packed', nodesPerRack: 2, pools: [POOL, POOL] });
    expect(nodes(placement, prefillThenDecode)).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
  });

  test('spread puts both pools on every node', () => {
    const placement = new Placement({ mode: 'spread', nodesPerRack: 2, pools: [POOL, POOL] });
    expect(nodes(placement, prefillThenDecode)).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
  });

  test('racks are runs of nodes, scale-up domains too, and different GPUs share no node', () => {
    const large = { ...POOL, gpusPerReplica: 8, gpusPerDomain: 16 };
    const other = { ...POOL, gpu: 'l40s' };
    const placement = new Placement({ mode: 'packed', nodesPerRack: 2, pools: [large, other] });
    expect([0, 0, 1, 0, 0].map((pool) => placement.take(pool))).toEqual([
      { node: 0, rack: 0, domain: 0 },
      { node: 1, rack: 0, domain: 0 },
      { node: 2, rack: 1, domain: 1 },
      { node: 3, rack: 1, domain: 2 },
      { node: 4, rack: 2, domain: 2 },
    ]);
  });

  test('an instance larger than a node takes whole nodes, and gives them back', () => {
    const wide = { ...POOL, gpusPerReplica: 16 };
    const placement = new Placement({ mode: 'packed', nodesPerRack: 9, pools: [wide, POOL] });
    const first = placement.take(0);
    expect(placement.take(1).node).toBe(2);
    placement.giveBack(0, first);
    expect(placement.take(1).node).toBe(0);
  });

  test('no node ever holds more GPUs than it has', () => {
    const step = fc.record({ pool: fc.nat({ max: 2 }), leaves: fc.boolean(), pick: fc.nat() });
    fc.assert(
      fc.property(fc.constantFrom('packed', 'spread'), fc.array(step, { maxLength: 60 }), (mode, steps) => {
        const pools = [1, 2, 3].map((gpusPerReplica) => ({ ...POOL, gpusPerReplica, replicas: 3 }));
        const placement = new Placement({ mode: mode as 'packed' | 'spread', nodesPerRack: 2, pools });
        const standing: { pool: number; node: number; place: ReturnType<Placement['take']> }[] = [];
        for (const { pool, leaves, pick } of steps) {
          if (leaves && standing.length > 0) {
            const [gone] = standing.splice(pick % standing.length, 1);
            placement.giveBack(gone!.pool, gone!.place);
          } else {
            const place = placement.take(pool);
            standing.push({ pool, node: place.node, place });
          }
          const used = new Map<number, number>();
          for (const s of standing) used.set(s.node, (used.get(s.node) ?? 0) + s.pool + 1);
          expect(Math.max(0, ...used.values())).toBeLessThanOrEqual(8);
        }
      }),
    );
  });
});
