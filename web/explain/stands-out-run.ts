/** What stands out of charts of one recorded run, in a sentence or two each. */
import { max, mean } from 'd3-array';
import { PHASES } from '../../sim/metrics/phases.ts';
import { PHASE_PARTS } from '../charts/phase-parts.ts';
import { countText, figureText, percentText } from '../format.ts';
import { requestAt } from '../inspect/requests.ts';
import type { ChartData } from './about.ts';

type Recording = ChartData['requests'];

export function shares({ lines, atS }: ChartData['cache']): string[] {
  const known = lines.flatMap(({ name, values }) => {
    const own = Array.from(values, (value, i) => ({ value, s: atS[i]! })).filter(({ value }) => value >= 0);
    const most = max(own, ({ value }) => value);
    if (most === undefined) return [];
    const at = own.find(({ value }) => value === most)!.s;
    return [{ name, mean: mean(own, ({ value }) => value)!, most, at }];
  });
  const [top] = known.sort((a, b) => b.most - a.most);
  if (top === undefined) return [];
  const others = known.length > 1 ? ', more than any other line' : '';
  return [
    `${top.name}: ${percentText(top.mean)} on average over all moments, at most ${percentText(top.most)}, at ${figureText(top.at, 's', 1)}${others}.`,
  ];
}

export function requests(recording: Recording): string[] {
  const row = recording.bySlowness[0];
  if (row === undefined) return ['No request ended.'];
  const slowest = requestAt(recording, row);
  const upToToken = slowest.phasesUs.slice(0, PHASES.indexOf('decode'));
  const place = upToToken.indexOf(max(upToToken)!);
  const { ending } = recording.requests;
  const count = ending.length;
  const whole = ending.filter((one) => one === 1).length;
  return [
    `Request ${slowest.id} waited longest for its first token, ${figureText(slowest.ttftUs / 1e3, 'ms')}: ${figureText(upToToken[place]! / 1e3, 'ms')} of it is ${PHASE_PARTS[place]!.name}.`,
    whole === count
      ? `All ${countText(count)} were answered.`
      : `${countText(count - whole)} of ${countText(count)} were not answered.`,
  ];
}

export function instances({ moments, instances: all }: Recording): string[] {
  const busy = all.map(({ name }, i) => ({
    name,
    share: weighted(moments, i, (cell) => moments.prefill[cell]! + moments.decode[cell]!),
  }));
  busy.sort((a, b) => b.share - a.share);
  const [most, least] = [busy[0], busy.at(-1)];
  if (most === undefined || least === undefined) return [];
  if (most === least) return [`${most.name} works ${percentText(most.share)} of the time.`];
  return [
    `${most.name} works most, ${percentText(most.share)} of the time, ${least.name} least, ${percentText(least.share)}.`,
  ];
}

export function memory({ moments, instances: all }: Recording): string[] {
  const kv = Array.from(moments.kv);
  const top = max(kv) ?? 0;
  const cell = kv.indexOf(top);
  if (cell < 0) return [];
  const atS = moments.atUs[Math.floor(cell / moments.instances)]! / 1e6;
  const crowded = kv.filter((share) => share > 0.9).length / kv.length;
  const evicted = moments.evictedBlocks.reduce((total, blocks) => total + blocks, 0);
  return [
    `${all[cell % moments.instances]!.name} is fullest, ${percentText(top)} at ${figureText(atS, 's', 1)}; ${
      crowded === 0
        ? 'no instance is above 90 % at any moment'
        : `above 90 % are ${percentText(crowded)} of all moments`
    }.`,
    evicted === 0
      ? 'Nothing that could have been found again was evicted: more memory would not raise the hit rate.'
      : `${countText(evicted)} blocks that could have been found again were evicted: more memory could raise the hit rate.`,
  ];
}

export function fleet({ recording: { moments, instances: all }, moment }: ChartData['fleet']): string[] {
  const now = all.map(({ name }, i) => {
    const cell = moment * moments.instances + i;
    return { name, waiting: moments.waiting[cell]!, running: moments.running[cell]! };
  });
  const waiting = now.reduce((total, one) => total + one.waiting, 0);
  const running = now.reduce((total, one) => total + one.running, 0);
  const said = `At this moment ${countText(running)} requests run and ${countText(waiting)} wait`;
  const most = [...now].sort((a, b) => b.waiting - a.waiting)[0];
  return [
    waiting === 0 || most === undefined
      ? `${said}.`
      : `${said}, ${countText(most.waiting)} of them at ${most.name}.`,
  ];
}

/** Mean over the time of the run, of intervals of unequal length. */
function weighted(moments: Recording['moments'], instance: number, of: (cell: number) => number): number {
  let total = 0;
  let beforeUs = 0;
  for (const [m, atUs] of moments.atUs.entries()) {
    total += of(m * moments.instances + instance) * (atUs - beforeUs);
    beforeUs = atUs;
  }
  return beforeUs === 0 ? 0 : total / beforeUs;
}
