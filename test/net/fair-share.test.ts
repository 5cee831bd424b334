import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kvBytesPerToken } from '../../models/kv.ts';
import { findLlm } from '../../models/llms.ts';
import { FairShareNetwork } from '../../sim/net/fair-share.ts';

/** Runs a network to its end; returns completion times by tag. */
function drain(
  network: FairShareNetwork,
  starts: { tag: number; links: number[]; bytes: number; atUs: number }[],
) {
  const done = new Map<number, number>();
  const pending = [...starts].sort((a, b) => a.atUs - b.atUs);
  for (;;) {
    const startUs = pending[0]?.atUs ?? Number.POSITIVE_INFINITY;
    const nextUs = network.nextUs();
    if (startUs === Number.POSITIVE_INFINITY && nextUs === Number.POSITIVE_INFINITY) return done;
    const nowUs = Math.min(startUs, nextUs);
    const tags: number[] = [];
    network.collect(nowUs, tags);
    for (const tag of tags) done.set(tag, nowUs);
    while (pending[0]?.atUs === nowUs) {
      const flow = pending.shift()!;
      network.begin(flow.tag, flow.links, flow.bytes, 0, nowUs);
    }
  }
}

describe('max-min fair network', () => {
  test('one flow takes base latency plus bytes over bandwidth', () => {
    const network = new FairShareNetwork();
    const link = network.addLink(1000);
    network.begin(1, [link], 1_000_000, 20, 0);
    expect(network.nextUs()).toBe(20);
    network.collect(20, []);
    expect(network.nextUs()).toBe(1020);
  });

  test('G27: 32,768 tokens of Qwen3-8B are 4.5 GiB and take 31.65 ms at 142 GiB/s', () => {
    const bytes = 32_768 * kvBytesPerToken(findLlm('qwen3-8b'));
    expect(bytes).toBe(4.5 * 2 ** 30);
    const network = new FairShareNetwork();
    const link = network.addLink((142.2 * 2 ** 30) / 1e6);
    network.begin(1, [link], bytes, 0, 0);
    expect(network.nextUs() / 1e3).toBeCloseTo(31.65, 2);
  });

  test('two flows share a link; when the first ends the second has all of it', () => {
    const network = new FairShareNetwork();
    const link = network.addLink(1000);
    const done = drain(network, [
      { tag: 1, links: [link], bytes: 500_000, atUs: 0 },
      { tag: 2, links: [link], bytes: 1_000_000, atUs: 0 },
    ]);
    // Half rate each until 1,000 µs; 500,000 bytes of flow 2 are left at full rate.
    expect(done.get(1)).toBe(1000);
    expect(done.get(2)).toBe(1500);
  });

  test('a flow held back elsewhere leaves its share to others (max-min, not equal split)', () => {
    const network = new FairShareNetwork();
    const wide = network.addLink(1000);
    const narrow = network.addLink(100);
    const done = drain(network, [
      { tag: 1, links: [wide, narrow], bytes: 100_000, atUs: 0 },
      { tag: 2, links: [wide], bytes: 900_000, atUs: 0 },
    ]);
    expect(done.get(1)).toBe(1000);
    expect(done.get(2)).toBe(1000);
  });

  test('carries every byte, and never faster than a link allows', () => {
    const flows = fc.array(
      fc.record({
        from: fc.integer({ min: 0, max: 3 }),
        to: fc.integer({ min: 4, max: 7 }),
        bytes: fc.integer({ min: 1000, max: 5_000_000 }),
        atUs: fc.integer({ min: 0, max: 20_000 }),
      }),
      { minLength: 1, maxLength: 25 },
    );
    fc.assert(
      fc.property(flows, (list) => {
        const network = new FairShareNetwork();
        for (let i = 0; i < 8; i++) network.addLink(100 * (i + 1));
        const done = drain(
          network,
          list.map((f, tag) => ({ tag, links: [f.from, f.to], bytes: f.bytes, atUs: f.atUs })),
        );
        expect(done.size).toBe(list.length);
        for (const [tag, f] of list.entries()) {
          const best = f.bytes / Math.min(100 * (f.from + 1), 100 * (f.to + 1));
          expect(done.get(tag)! - f.atUs).toBeGreaterThanOrEqual(best - 1e-3);
        }
        const sent = list.reduce((sum, f) => sum + f.bytes, 0);
        let out = 0;
        for (let link = 0; link < 4; link++) out += network.carriedBytes(link);
        expect(out / sent).toBeCloseTo(1, 6);
      }),
    );
  });
});
