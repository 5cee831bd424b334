/** The rail's way to a document and back, links, and how numbers are set. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseComparison } from '../../sim/scenario/parse.ts';
import { differenceText, figureText, intervalText, sentence } from '../../web/format.ts';
import { decodeScenario, encodeScenario, FragmentError } from '../../web/state/fragment.ts';
import {
  canonical,
  DEFAULT_SETUP,
  documentOf,
  type FleetShape,
  type Setup,
  setupOf,
  withOwnNames,
  withShape,
} from '../../web/state/setup.ts';

const replicas = fc.integer({ min: 1, max: 64 });
const shapes: fc.Arbitrary<FleetShape> = fc.oneof(
  replicas.map((count): FleetShape => ({ kind: 'aggregated', replicas: count })),
  fc.tuple(replicas, replicas).map(([prefill, decode]): FleetShape => ({ kind: 'split', prefill, decode })),
);
/** What the form's sliders give engines and links; null is the default. */
const engines = fc.record({
  stepTokens: fc.option(fc.integer({ min: 64, max: 131_072 })),
  kvLink: fc.option(
    fc.record({ GBps: fc.double({ min: 0.1, max: 2000, noNaN: true }), baseUs: fc.constant(5) }),
  ),
});
const fleets = fc
  .array(shapes, { minLength: 2, maxLength: 5 })
  .chain((list) => fc.tuple(fc.constant(list), fc.array(engines, { minLength: 5, maxLength: 5 })))
  .map(([list, own]) =>
    withOwnNames(list.map((shape, i) => ({ ...withShape(DEFAULT_SETUP.fleets[0]!, shape), ...own[i] }))),
  );
const setups: fc.Arbitrary<Setup> = fc
  .record({
    rateRps: fc.double({ min: 0.1, max: 10_000, noNaN: true }),
    arrivalCv: fc.constantFrom(0.1, 0.5, 1, 2.5, 10),
    promptTokens: fc.integer({ min: 10, max: 16_000 }),
    prefixShare: fc.double({ min: 0, max: 0.95, noNaN: true }),
    outputTokens: fc.integer({ min: 1, max: 2000 }),
    requests: fc.integer({ min: 50, max: 20_000 }),
    fleets,
    gpuHourUsd: fc.constantFrom({}, { 'h100-sxm': 2.5 }),
  })
  .map((part) => ({ ...DEFAULT_SETUP, ...part }));

describe('a setup', () => {
  it('makes a document that the simulator takes, for anything that the forms allow', () => {
    fc.assert(fc.property(setups, (setup) => void parseComparison(documentOf(setup))));
  });

  it('comes back from its document, which stays the same', () => {
    fc.assert(
      fc.property(setups, (setup) => {
        const back = setupOf(documentOf(setup));
        expect(back).not.toBeNull();
        expect(canonical(documentOf(back!))).toBe(canonical(documentOf(setup)));
      }),
    );
  });

  it.each([
    ['a part that no form holds', { ...documentOf(DEFAULT_SETUP), clients: { timeoutS: 9 } }],
    ['fleets without pools', { ...documentOf(DEFAULT_SETUP), fleets: [{ name: 'x' }] }],
    ['nothing', null],
    ['a text', 'scenario'],
  ])('is not made from a document with %s', (_, document) => {
    expect(setupOf(document)).toBeNull();
  });
});

describe('a fleet', () => {
  const split = withShape(DEFAULT_SETUP.fleets[1]!, { kind: 'split', prefill: 3, decode: 5 });

  it('with a default name is renamed with its split', () => {
    expect(split.name).toBe('3P+5D');
  });

  it('with a name of its own keeps it', () => {
    const named = { ...split, name: 'mine' };
    expect(withShape(named, { kind: 'aggregated', replicas: 8 }).name).toBe('mine');
  });

  it('never shares its name with another', () => {
    expect(withOwnNames([split, split, split]).map((fleet) => fleet.name)).toEqual([
      '3P+5D',
      '3P+5D 2',
      '3P+5D 3',
    ]);
  });
});

describe('a link', () => {
  it('carries any setup, in characters that an address may hold', async () => {
    await fc.assert(
      fc.asyncProperty(setups, fc.integer({ min: 1, max: 20 }), async (setup, seeds) => {
        const text = await encodeScenario({ document: documentOf(setup), seeds });
        expect(text).toMatch(/^2\.[\w-]+$/);
        const { state } = await decodeScenario(text);
        expect(state.seeds).toBe(seeds);
        expect(state.document).toEqual(JSON.parse(JSON.stringify(documentOf(setup))));
      }),
      { numRuns: 30 },
    );
  });

  it('that was cut off anywhere is refused', async () => {
    const text = await encodeScenario({ document: documentOf(DEFAULT_SETUP), seeds: 3 });
    for (const length of [0, 1, 2, 10, text.length / 2, text.length - 3])
      await expect(decodeScenario(text.slice(0, length))).rejects.toBeInstanceOf(FragmentError);
  });

  it('that unpacks to something huge is refused', async () => {
    const text = await encodeScenario({ document: 'x'.repeat(5_000_000), seeds: 3 });
    await expect(decodeScenario(text)).rejects.toThrow('more than a scenario');
  });

  it.each([0, 21, 1.5, Number.NaN])('that asks for %d seeds is refused', async (seeds) => {
    const text = await encodeScenario({ document: {}, seeds });
    await expect(decodeScenario(text)).rejects.toThrow('seeds');
  });
});

describe('numbers', () => {
  it('have a true minus, and units that do not break off', () => {
    expect(differenceText(-284, 'ms', { low: -310, high: -255, confidence: 0.95 })).toBe(
      '\u2212284 [\u2212310, \u2212255]\u00a0ms',
    );
    expect(differenceText(-0.024, 'usdPerMTok', null)).toBe('\u2212$0.0240');
    expect(sentence('A fails TTFT p95 1.40 s against 1.00 s')).toBe(
      'A fails TTFT p95 1.40\u00a0s against 1.00\u00a0s',
    );
  });

  it('that are not known are a dash, never a zero', () => {
    expect(figureText(null, 'ms')).toBe('\u2014');
    expect(intervalText(null, 'share', undefined)).toBe('\u2014');
  });
});
