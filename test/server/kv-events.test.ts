import { encode } from '@msgpack/msgpack';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Publisher, Router } from 'zeromq';
import { LiveFleet } from '../../sim/cli/emulate/live-fleet.ts';
import { Gateway } from '../../src/server/gateway.ts';
import { decodeEvents } from '../../src/server/kv-events/decode.ts';
import { Subscription } from '../../src/server/kv-events/subscription.ts';
import type { RoutingEvent } from '../../src/server/routing-core.ts';
import { liveRouterOf, post, until, vllmFleet } from './fixtures.ts';

const bigints = { useBigInt64: true };

describe('KV events on the wire', () => {
  test('positional and named events, hashes as numbers and as bytes', () => {
    const digest = Uint8Array.from([9, 9, 9, 9, 0, 0, 0, 0, 0, 0, 1, 2]);
    const batch = [
      1.5,
      [
        ['BlockStored', [7n, 2n ** 63n], 5n, [1, 2, 3, 4], 2, null, 'GPU', 'lora-a', [[['mm', 0]], null], 1],
        { type: 'BlockRemoved', block_hashes: [digest], medium: 'CPU' },
        ['AllBlocksCleared'],
        ['SomethingNew', 1],
      ],
      0,
    ];
    expect(decodeEvents(encode(batch, bigints))).toEqual([
      {
        kind: 'stored',
        blockHashes: ['0000000000000007', '8000000000000000'],
        parentHash: '0000000000000005',
        tokens: Uint32Array.of(1, 2, 3, 4),
        blockSizeTokens: 2,
        medium: 'GPU',
        group: 1,
        loraName: 'lora-a',
        extraKeys: [['mm'], null],
        specKind: '',
      },
      { kind: 'removed', blockHashes: ['0000000000000102'], medium: 'CPU', group: 0 },
      { kind: 'cleared' },
    ]);
    for (const bad of [encode('x'), encode([1, 2]), encode([1, [['BlockStored', 3]]]), Uint8Array.of(0xc1)]) {
      expect(() => decodeEvents(bad)).toThrow();
    }
  });

  test('a gap is filled from the replay socket, in order, before what came after it', async () => {
    const publisher = new Publisher({ linger: 0 });
    await publisher.bind('tcp://127.0.0.1:*');
    const replay = new Router({ linger: 0 });
    await replay.bind('tcp://127.0.0.1:*');
    const bytes = (value: bigint): Buffer => {
      const buffer = Buffer.alloc(8);
      buffer.writeBigUInt64BE(value);
      return buffer;
    };
    void (async () => {
      for await (const [client, , start] of replay) {
        const from = start!.readBigUInt64BE();
        for (let i = from; i < 6n; i++) await replay.send([client!, '', bytes(i), `b${i}`]);
        await replay.send([client!, '', Buffer.alloc(8, 0xff), '']);
      }
    })();
    const seen: string[] = [];
    const gaps: [number, number][] = [];
    const subscription = new Subscription({
      events: publisher.lastEndpoint!,
      replay: replay.lastEndpoint!,
      topicFilter: 'kv@',
      batch: (_topic, payload) => seen.push(Buffer.from(payload).toString()),
      gap: (missed, recovered) => gaps.push([missed, recovered]),
    });
    onTestFinished(() => {
      subscription.close();
      publisher.close();
      replay.close();
    });
    // What is published before the subscriber has connected is lost, so 0 is sent until it is seen.
    for (let i = 0; i < 200 && seen.length === 0; i++) {
      await publisher.send(['kv@a@m', bytes(0n), 'b0']);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    seen.length = 0;
    await publisher.send(['kv@a@m', bytes(1n), 'b1']);
    await publisher.send(['other', bytes(2n), 'not ours']);
    await publisher.send(['kv@a@m', bytes(5n), 'b5']);
    await until(() => seen.includes('b5'));
    expect(seen.filter((one) => one !== 'b0')).toEqual(['b1', 'b2', 'b3', 'b4', 'b5']);
    expect(gaps).toEqual([[3, 3]]);
    // An engine that has restarted counts from 0 again: no gap.
    await publisher.send(['kv@a@m', bytes(0n), 'again']);
    await until(() => seen.includes('again'));
    expect(gaps).toHaveLength(1);
  });
});

const PRECISE = {
  apiVersion: 'llm-d.ai/v1alpha1',
  kind: 'EndpointPickerConfig',
  plugins: [
    { type: 'precise-prefix-cache-producer', parameters: { tokenProcessorConfig: { blockSizeTokens: 16 } } },
    {
      type: 'prefix-cache-scorer',
      parameters: { prefixMatchInfoProducerName: 'precise-prefix-cache-producer' },
    },
    { type: 'max-score-picker' },
    { type: 'single-profile-handler' },
  ],
  schedulingProfiles: [
    { name: 'default', plugins: [{ pluginRef: 'prefix-cache-scorer' }, { pluginRef: 'max-score-picker' }] },
  ],
};

describe('precise prefix routing from live events', () => {
  test('a prompt follows the engine whose cache has told that it holds it; a replay of the events decides alike', async () => {
    const live = await LiveFleet.start(vllmFleet(3), 10, 0);
    onTestFinished(() => live.close());
    const events: RoutingEvent[] = [];
    const decided: (readonly string[])[] = [];
    const router = liveRouterOf([], {
      config: PRECISE,
      observer: {
        event: (event) => events.push(event),
        dispatched: (_request, { rows }) =>
          decided.push(rows.map((row) => router.core.table.endpoints[row]!.address)),
      },
    });
    router.setEndpoints(live.endpoints);
    const gateway = new Gateway(router, { bodyLimitBytes: 1e6, idleTimeoutMs: 5000 });
    onTestFinished(() => gateway.drain(0));
    const port = await gateway.listen(0, '127.0.0.1');
    // Subscribers miss what is published before they have connected.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const ask = async (group: number, tail: number): Promise<string> => {
      const shared = Array.from({ length: 160 }, (_, i) => 1000 * group + i);
      const body = { model: live.servers[0]!.model, prompt: [...shared, tail], max_tokens: 2 };
      expect((await post(port, body, {}, '/v1/completions')).status).toBe(200);
      return decided.at(-1)![0]!;
    };
    for (const group of [1, 2, 3, 4]) {
      const home = await ask(group, 1);
      const stored = (): number => events.filter((event) => event.kind === 'kvEvents').length;
      await until(() => stored() >= group);
      for (const tail of [2, 3, 4]) expect(await ask(group, tail)).toBe(home);
    }
  });
});
