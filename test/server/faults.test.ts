/** Faults of emulated engines, and what a gateway before them makes of each. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { FaultState, parseFault, parseFaultHeader } from '../../sim/cli/emulate/faults.ts';
import { LiveFleet } from '../../sim/cli/emulate/live-fleet.ts';
import { Gateway } from '../../src/server/gateway.ts';
import { liveRouterOf, post, until, vllmFleet, WITH_FALLBACKS } from './fixtures.ts';

describe('faults', () => {
  test('are read from headers and bodies, and mistakes are named', () => {
    expect(parseFaultHeader('resetAfterTokens=3, delayMs=10')).toEqual({ resetAfterTokens: 3, delayMs: 10 });
    expect(parseFaultHeader('hang')).toEqual({ hang: true });
    expect(parseFault('{"status": 200}')).toMatch(/status/);
    expect(parseFault('{"stauts": 500}')).toMatch(/stauts|additional/);
    expect(parseFault('{')).toMatch(/not JSON/);
  });

  test('hit the share that is asked for, and no more than the count', () => {
    const faults = new FaultState();
    faults.set({ status: 500, share: 0.3 });
    const hits = Array.from({ length: 100 }, () => faults.next() !== null).filter(Boolean);
    expect(hits).toHaveLength(30);
    faults.set({ status: 500, count: 2 });
    expect([1, 2, 3].map(() => faults.next() !== null)).toEqual([true, true, false]);
  });

  test('a gateway goes round refusals, breaks off with its model server, and keeps its last metrics', async () => {
    const live = await LiveFleet.start(vllmFleet(2), 10, 0);
    onTestFinished(() => live.close());
    const router = liveRouterOf([], { config: WITH_FALLBACKS });
    router.setEndpoints(live.endpoints);
    const gateway = new Gateway(router, { bodyLimitBytes: 1e6, idleTimeoutMs: 300 });
    onTestFinished(() => gateway.drain(0));
    const port = await gateway.listen(0, '127.0.0.1');
    const [first, second] = live.endpoints.map(({ address }) => `http://${address}/drydock/faults`);
    const set = (url: string, fault: object) => fetch(url, { method: 'POST', body: JSON.stringify(fault) });
    const body = { model: live.servers[0]!.model, prompt: [1, 2, 3], max_tokens: 8, stream: true };
    const ask = () => post(port, body, {}, '/v1/completions');

    await set(first!, { status: 503 });
    for (let i = 0; i < 6; i++) expect((await ask()).status).toBe(200);
    await set(first!, { hang: true });
    for (let i = 0; i < 3; i++) expect((await ask()).status).toBe(200);
    await set(first!, { resetAfterTokens: 3 });
    await set(second!, { resetAfterTokens: 3 });
    await expect(ask()).rejects.toThrow();
    await set(second!, { status: 500 });
    await set(first!, { status: 500 });
    expect((await ask()).status).toBe(500);
    await set(first!, { metrics: true, status: 503 });
    await set(second!, { metrics: true, status: 503 });
    await until(() => router.metricsText().includes('datalayer_poll_errors_total'));
    expect((await ask()).status).toBe(503);
    for (const url of [first!, second!]) await fetch(url, { method: 'DELETE' });
    expect((await ask()).status).toBe(200);
    await until(() => router.inFlight === 0 && router.core.router.inFlight === 0);
  });
});
