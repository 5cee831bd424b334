/**
 * Power, energy and emissions of a fleet from what its replicas did: an accelerator draws a share of its TDP by phase, its
 * host a constant one, the facility PUE times both. Billed machines draw whether they are used or not.
 */
import {
  DECODE_SHARE,
  type EnergyDefault,
  GRID_KG_PER_KWH,
  HOST_SHARE,
  IDLE_SHARE,
  PREFILL_SHARE,
  PUE,
  USD_PER_KWH,
} from '../../models/energy.ts';
import { findGpu } from '../../models/gpus.ts';
import type { EnergySpec } from '../scenario/schema.ts';
import type { PoolReport, Report } from './report.ts';

/** What a fleet draws; null where the TDP of an accelerator is not known. */
export type EnergyReport = NonNullable<Report['energy']>;

/** `billed`: GPUs that are paid for, by GPU type. */
export function energyOf(
  pools: readonly PoolReport[],
  billed: ReadonlyMap<string, number>,
  rates: Report['throughput'],
  spec: EnergySpec = {},
  durationS = 0,
): EnergyReport | null {
  const value = (own: number | undefined, otherwise: EnergyDefault): number => own ?? otherwise.value;
  const prefill = value(spec.prefillShare, PREFILL_SHARE);
  const decode = value(spec.decodeShare, DECODE_SHARE);
  const idle = value(spec.idleShare, IDLE_SHARE);
  const host = value(spec.hostShare, HOST_SHARE);
  const pue = value(spec.pue, PUE);
  let gpuW = 0;
  let hostW = 0;
  for (const [gpuId, gpus] of billed) {
    const { tdpW } = findGpu(gpuId);
    if (tdpW === null) return null;
    const used = pools.filter((pool) => pool.gpu === gpuId);
    for (const { busy, gpus: count } of used) {
      const waiting = Math.max(0, 1 - busy.prefill - busy.decode);
      gpuW += count * tdpW * (prefill * busy.prefill + decode * busy.decode + idle * waiting);
    }
    const spare = gpus - used.reduce((sum, pool) => sum + pool.gpus, 0);
    gpuW += Math.max(0, spare) * tdpW * idle;
    hostW += gpus * tdpW * host;
  }
  const kW = ((gpuW + hostW) * pue) / 1e3;
  const tariff = tariffOf(spec, durationS);
  const perToken = (tokensPerS: number, amountPerS: number): number | null =>
    tokensPerS > 0 ? amountPerS / tokensPerS : null;
  const joules = perToken(rates.outputTokensPerS, kW * 1e3);
  const kWhPerMillion = joules === null ? null : joules / 3.6;
  return {
    kW,
    gpuKW: gpuW / 1e3,
    hostKW: hostW / 1e3,
    pue,
    joulesPerOutputToken: joules,
    kWhPer1MOutputTokens: kWhPerMillion,
    kgCo2ePer1MOutputTokens: kWhPerMillion === null ? null : kWhPerMillion * tariff.kgCo2ePerKWh,
    kgCo2ePerHour: kW * tariff.kgCo2ePerKWh,
    usdPerHour: kW * tariff.usdPerKWh,
    usdPerKWh: tariff.usdPerKWh,
    kgCo2ePerKWh: tariff.kgCo2ePerKWh,
    assumptions: assumptionsOf(spec),
  };
}

interface Tariff {
  readonly usdPerKWh: number;
  readonly kgCo2ePerKWh: number;
}

/** Mean of the tariff over the run, from `startHour` on; the draw is taken to be even. */
export function tariffOf(spec: EnergySpec, durationS: number): Tariff {
  const flat: Tariff = {
    usdPerKWh: spec.usdPerKWh ?? USD_PER_KWH.value,
    kgCo2ePerKWh: spec.kgCo2ePerKWh ?? GRID_KG_PER_KWH.value,
  };
  if (spec.hours === undefined) return flat;
  const hours = spec.hours.toSorted((a, b) => a.fromHour - b.fromHour);
  const at = (hour: number): Tariff => {
    const last = hours.findLast((entry) => entry.fromHour <= hour) ?? hours.at(-1)!;
    return {
      usdPerKWh: last.usdPerKWh ?? flat.usdPerKWh,
      kgCo2ePerKWh: last.kgCo2ePerKWh ?? flat.kgCo2ePerKWh,
    };
  };
  const start = spec.startHour ?? 0;
  const end = start + durationS / 3600;
  if (end <= start) return at(start);
  let usd = 0;
  let kg = 0;
  let from = start;
  while (from < end) {
    const hour = from % 24;
    const next = hours.find((entry) => entry.fromHour > hour)?.fromHour ?? 24 + hours[0]!.fromHour;
    const to = Math.min(end, from + (next - hour));
    const rate = at(hour);
    usd += rate.usdPerKWh * (to - from);
    kg += rate.kgCo2ePerKWh * (to - from);
    from = to;
  }
  return { usdPerKWh: usd / (end - start), kgCo2ePerKWh: kg / (end - start) };
}

function assumptionsOf(spec: EnergySpec): string[] {
  const defaults: readonly (readonly [string, number | undefined, EnergyDefault])[] = [
    ['prompt steps at', spec.prefillShare, PREFILL_SHARE],
    ['decode steps at', spec.decodeShare, DECODE_SHARE],
    ['waiting at', spec.idleShare, IDLE_SHARE],
    ['host per GPU at', spec.hostShare, HOST_SHARE],
    ['PUE', spec.pue, PUE],
    ['USD per kWh', spec.hours?.[0]?.usdPerKWh ?? spec.usdPerKWh, USD_PER_KWH],
    ['kg CO2e per kWh', spec.hours?.[0]?.kgCo2ePerKWh ?? spec.kgCo2ePerKWh, GRID_KG_PER_KWH],
  ];
  return defaults.flatMap(([words, own, { value, note, source }]) =>
    own === undefined
      ? [`${words} ${value}${words.endsWith('at') ? ' of TDP' : ''}: ${note} (${source.ref})`]
      : [],
  );
}
