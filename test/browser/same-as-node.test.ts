/** Whatever engine, router or idealisation a document asks for, the page computes what Node computes. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { simulate } from '../../sim/cluster/simulate.ts';
import { comparisonCells } from '../../sim/run/plan-cells.ts';
import { parseComparison } from '../../sim/scenario/parse.ts';
import { encodeScenario } from '../../web/state/fragment.ts';
import { DEFAULT_SETUP, documentOf } from '../../web/state/setup.ts';
import { type Dashboard, finished, openDashboard } from './browser.ts';

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard();
});
afterAll(() => dashboard.close());

const SCORER = 'session-affinity-scorer';
const ROUTER = {
  allowExperimentalPlugins: true,
  config: {
    apiVersion: 'llm-d.ai/v1alpha1',
    kind: 'EndpointPickerConfig',
    plugins: [{ type: SCORER }, { type: 'random-picker' }],
    schedulingProfiles: [
      { name: 'default', plugins: [{ pluginRef: SCORER }, { pluginRef: 'random-picker' }] },
    ],
  },
};

it.each([
  ['nothing beside the default', (document: object) => document],
  ['another engine', (document: object) => withFirstPool(document, { engine: { name: 'sglang' } })],
  ['other plugins of the router', (document: object) => withFirstFleet(document, { router: ROUTER })],
  [
    'a router that knows all',
    (document: object) => ({ ...document, run: { requests: 200, idealised: ['idealRouting'] } }),
  ],
] as const)('%s', async (_, change) => {
  const document = change(documentOf({ ...DEFAULT_SETUP, requests: 200 }));
  const { page, complaints } = await dashboard.open(
    `#/compare?s=${await encodeScenario({ document, seeds: 1 } as never)}`,
  );
  await finished(page);
  const own = comparisonCells(parseComparison(document)).map(
    ({ scenario }) => simulate(scenario, { seed: DEFAULT_SETUP.seed, fastForward: true }).fingerprint,
  );
  expect(await page.locator('.fingerprint code').allInnerTexts()).toEqual(own);
  expect(complaints).toEqual([]);
});

interface Fleets {
  readonly fleets: readonly { readonly pools: readonly object[] }[];
}

function withFirstFleet(document: object, change: object): object {
  const [first, ...others] = (document as Fleets).fleets;
  return { ...document, fleets: [{ ...first, ...change }, ...others] };
}

function withFirstPool(document: object, change: object): object {
  const [pool, ...others] = (document as Fleets).fleets[0]!.pools;
  return withFirstFleet(document, { pools: [{ ...pool, ...change }, ...others] });
}
