import { expect, test } from 'vitest';
import { config, makeTable, prompt, request, World } from './fixtures.ts';

/** Upstream's SLO configuration; the producer is also listed in the profile, as upstream's chart does. */
const SLO_CONFIG = {
  ...config(
    { type: 'predicted-latency-producer', parameters: { streamingMode: true } },
    'slo-headroom-tier-filter',
    'latency-scorer',
    'latency-slo-admitter',
    'max-score-picker',
  ),
  schedulingProfiles: [
    {
      name: 'default',
      plugins: [
        'predicted-latency-producer',
        'slo-headroom-tier-filter',
        'latency-scorer',
        'max-score-picker',
      ].map((pluginRef) => ({ pluginRef })),
    },
  ],
};

/** A world of two endpoints that has learned: TTFT = 20 ms x requests in flight + 1 ms a block, TPOT 5 ms a request. */
function trained(): World {
  const world = new World(
    SLO_CONFIG,
    makeTable([
      { id: 'a', running: 9, kvUsage: 0.5 },
      { id: 'b', running: 9, kvUsage: 0.5 },
    ]),
  );
  for (let round = 0; round < 60; round++) {
    const startUs = round * 1e7;
    const depth = 1 + (round % 6);
    const sent = Array.from({ length: depth }, (_, i) =>
      request({ prompt: prompt([round * 100 + i, 1, 2].slice(0, 1 + (i % 3))) }),
    );
    const perRow = [0, 0];
    for (const [i, each] of sent.entries()) {
      world.send({ ...each, subset: [`10.0.0.${1 + (i % 2)}`] }, startUs);
      perRow[i % 2] = perRow[i % 2]! + 1;
      world.router.firstToken(each, startUs + 20_000 * perRow[i % 2]! + 1000 * (each.prompt.tokens / 64));
    }
    for (const each of sent) {
      const usage = { promptTokens: each.prompt.tokens, outputTokens: 11, cachedTokens: 0 };
      world.router.finished(each, usage, 'natural', startUs + 1e6);
    }
  }
  return world;
}

test('with generous objectives every endpoint is in the positive tier, with impossible ones requests still go', () => {
  const world = trained();
  const generous = new Map([
    ['x-slo-ttft-ms', '100000'],
    ['x-slo-tpot-ms', '100000'],
  ]);
  world.send(request({ prompt: prompt([1]), headers: generous }), 1e10);
  expect(world.candidates()).toEqual(['a', 'b']);
  for (const score of Object.values(world.scores('latency-scorer'))) expect(score).toBeGreaterThan(0);
  const impossible = new Map([['x-slo-ttft-ms', '0.001']]);
  expect(world.send(request({ prompt: prompt([2]), headers: impossible }), 1e10)).toHaveProperty('rows');
});

test('a sheddable request whose objective no busy endpoint can meet is denied; others are not', () => {
  const world = trained();
  world.table.scrapedAtUs.fill(1e10);
  const headers = new Map([['x-slo-ttft-ms', '0.001']]);
  // Waiting is 0 and KV 0.5: not saturated, so legacy admission lets it through to the admitter.
  expect(world.send(request({ priority: -1, prompt: prompt([3]), headers }), 1e10)).toMatchObject({
    status: 500,
  });
  expect(world.send(request({ priority: -1, prompt: prompt([3]) }), 1e10)).toHaveProperty('rows');
  expect(world.send(request({ priority: 0, prompt: prompt([3]), headers }), 1e10)).toHaveProperty('rows');
});

test('an endpoint with requests in flight is predicted to answer later than an idle one', () => {
  const world = trained();
  for (let i = 0; i < 4; i++) world.send(request({ prompt: prompt([50 + i]), subset: ['10.0.0.1'] }), 1e10);
  // Without objectives every headroom is negative and idle endpoints come first.
  world.send(request({ prompt: prompt([99]) }), 1e10);
  const scores = world.scores('latency-scorer');
  expect(scores['a']).toBe(0);
  expect(scores['b']).toBeGreaterThan(0);
});
