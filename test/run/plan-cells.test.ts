import { expect, test } from 'vitest';
import { comparisonCells, scenarioCell, seedsFrom } from '../../sim/run/plan-cells.ts';
import { priceLookup } from '../../sim/run/prices.ts';
import { parseComparison, parseScenario } from '../../sim/scenario/parse.ts';
import { comparisonDocument, scenarioDocument } from '../worker/documents.ts';

const long = {
  kind: 'synthetic',
  arrivals: { process: 'poisson', rateRps: 1 },
  input: { dist: 'constant', value: 9000 },
  output: { dist: 'constant', value: 10 },
};

test('a comparison is every fleet under every workload, its own workload first', () => {
  const comparison = parseComparison({ ...comparisonDocument(10), workloads: { long } });
  const cells = comparisonCells(comparison);
  expect(cells.map((cell) => [cell.workload, cell.fleet, cell.fleetPath])).toEqual([
    ['synthetic', 'two', 'fleets[0]'],
    ['synthetic', 'three', 'fleets[1]'],
    ['long', 'two', 'fleets[0]'],
    ['long', 'three', 'fleets[1]'],
  ]);
  expect(cells[3]!.scenario.workload).toEqual(long);
  expect(cells[3]!.scenario.fleet.pools[0]!.replicas).toBe(3);
});

test("a fleet's own router goes before the common one", () => {
  const document = comparisonDocument(10) as { fleets: Record<string, unknown>[] };
  const fleets = [{ ...document.fleets[0], router: { scrapeIntervalMs: 7 } }, document.fleets[1]];
  const comparison = parseComparison({ ...document, fleets, router: { scrapeIntervalMs: 9 } });
  expect(comparisonCells(comparison).map((cell) => cell.scenario.router?.scrapeIntervalMs)).toEqual([7, 9]);
});

test('two workloads of one name are refused', () => {
  const comparison = parseComparison({ ...comparisonDocument(10), workloads: { synthetic: long } });
  expect(() => comparisonCells(comparison)).toThrow(/workloads\.synthetic/);
});

test('a scenario without a name takes that of its file', () => {
  const { name: _, ...nameless } = scenarioDocument(10);
  expect(scenarioCell(parseScenario(nameless), 'from-file').fleet).toBe('from-file');
});

test('seeds follow the first', () => {
  expect(seedsFrom(5, 3)).toEqual([5, 6, 7]);
  expect(seedsFrom(undefined, 1)).toEqual([1]);
});

test('prices come from the scenario, else from the catalogue, with their source', () => {
  expect(priceLookup({ gpuHourUsd: { 'h100-sxm': 1.5 } })('h100-sxm')).toMatchObject({
    usdPerHour: 1.5,
    source: 'the scenario',
  });
  const price = priceLookup(undefined)('h100-sxm')!;
  expect(price.usdPerHour).toBeGreaterThan(0);
  expect(price.source).toMatch(/on-demand, \d{4}-\d{2}-\d{2}/);
  expect(priceLookup(undefined)('no-such-gpu')).toBeNull();
  expect(() => priceLookup({ provider: 'nobody' })).toThrow(/prices\.provider/);
});
