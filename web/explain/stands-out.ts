/** What stands out of a chart as it is drawn now; empty where nothing does. */
import type { About, ChartData, ChartKind } from './about.ts';
import * as checked from './stands-out-checked.ts';
import * as fleets from './stands-out-fleets.ts';
import * as run from './stands-out-run.ts';

const FINDERS: { readonly [Kind in ChartKind]: (data: ChartData[Kind]) => string[] } = {
  distribution: fleets.distribution,
  overTime: fleets.overTime,
  phases: fleets.phases,
  busy: fleets.busy,
  figure: fleets.figure,
  cost: fleets.scatter,
  plan: fleets.scatter,
  grid: fleets.grid,
  load: fleets.load,
  demand: fleets.demand,
  tornado: fleets.tornado,
  cache: run.shares,
  links: run.shares,
  requests: run.requests,
  instances: run.instances,
  memory: run.memory,
  fleet: run.fleet,
  seeds: checked.seeds,
  measured: checked.measured,
  errors: checked.errors,
};

export function standsOut({ kind, data }: About): string[] {
  return (FINDERS[kind] as (data: ChartData[ChartKind]) => string[])(data);
}
