/**
 * The fleet at a moment: pools as bands, instances as cells filled like their strips, with what waits and runs in numbers.
 * Playback reads the recording; nothing is simulated again. The table below says the same. A click on an instance narrows the
 * requests to those that it served, as the choice above the timeline does for keys.
 */
import { useCallback, useState } from 'react';
import type { InstanceInfo, Recording } from '../../sim/inspect/recording.ts';
import { Canvas, type Painter } from '../charts/canvas.tsx';
import { GUTTER } from '../charts/chart-size.ts';
import { TwinTable } from '../charts/twin-table.tsx';
import { countText, percentText } from '../format.ts';
import { useView } from '../state/view-store.ts';
import { momentAt } from './moments.ts';
import { useInstance } from './narrowing.tsx';
import { PhaseLegend } from './phase-legend.tsx';
import { PlaybackBar, usePlayback } from './playback.tsx';

const CELL = { width: 92, height: 56, gap: 8 } as const;
const BAND_HEAD = 22;

export function Topology({ recording }: { readonly recording: Recording }) {
  const playback = usePlayback(recording.durationUs);
  const moment = momentAt(recording.moments, playback.atUs);
  const [width, setWidth] = useState(720);
  const pools = poolsOf(recording.instances);
  const perRow = Math.max(1, Math.floor((width - GUTTER.left) / (CELL.width + CELL.gap)));
  const heightOf = (count: number): number =>
    BAND_HEAD + Math.ceil(count / perRow) * (CELL.height + CELL.gap);
  const height = pools.reduce((sum, { members }) => sum + heightOf(members.length), 0);
  const chosen = useInstance(recording);
  const paint = useCallback(
    (painter: Painter) => {
      setWidth(painter.width);
      paintFleet(painter, recording, moment, perRow, chosen);
    },
    [recording, moment, perRow, chosen],
  );
  return (
    <section aria-labelledby="topology" className="chart">
      <h2 id="topology">The fleet, moment by moment</h2>
      <PlaybackBar playback={playback} durationUs={recording.durationUs} />
      <PhaseLegend of={['prefill', 'decode']} />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: `Served by` above the timeline does the same by keys */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the same */}
      <div
        className="instances"
        onClick={({ clientX, clientY, currentTarget }) => {
          const { left, top } = currentTarget.getBoundingClientRect();
          const found = instanceAt(pools, perRow, clientX - left, clientY - top);
          if (found !== null) useView.setState({ instance: found === chosen ? null : found });
        }}
      >
        <Canvas height={height} paint={paint} />
      </div>
      <p className="reading">
        Under each instance: requests waiting | running | KV in use, which the bar at its right shows too.
        {chosen === null
          ? ' A click on one narrows the requests above to what it served.'
          : ` The requests above are those that ${recording.instances[chosen]!.name} served.`}
      </p>
      <TwinTable
        about={{ kind: 'fleet', data: { recording, moment } }}
        title={`The fleet at ${(playback.atUs / 1e6).toFixed(2)} s`}
        heads={['Instance', 'Prefill', 'Decode', 'Waiting', 'Running', 'KV used']}
        rows={() => recording.instances.map(({ name }, i) => [name, ...stateOf(recording, moment, i)])}
      />
    </section>
  );
}

/** As the columns of the table. */
function stateOf({ moments }: Recording, moment: number, instance: number): string[] {
  const cell = moment * moments.instances + instance;
  return [
    percentText(moments.prefill[cell]!),
    percentText(moments.decode[cell]!),
    countText(moments.waiting[cell]!),
    countText(moments.running[cell]!),
    percentText(moments.kv[cell]!),
  ];
}

interface Pool {
  readonly name: string;
  readonly role: string;
  /** Numbers of its instances. */
  readonly members: readonly number[];
}

function poolsOf(instances: readonly InstanceInfo[]): Pool[] {
  const names = [...new Set(instances.map(({ pool }) => pool))];
  return names.map((name) => {
    const members = instances.flatMap(({ pool }, i) => (pool === name ? [i] : []));
    return { name, role: instances[members[0]!]!.role, members };
  });
}

/** Number of the instance that is drawn at a point, px; null between them. */
export function instanceAt(pools: readonly Pool[], perRow: number, x: number, y: number): number | null {
  const column = Math.floor((x - GUTTER.left) / (CELL.width + CELL.gap));
  let top = 0;
  for (const { members } of pools) {
    const row = Math.floor((y - top - BAND_HEAD) / (CELL.height + CELL.gap));
    const rows = Math.ceil(members.length / perRow);
    if (row >= 0 && row < rows) {
      if (column < 0 || column >= perRow) return null;
      return members[row * perRow + column] ?? null;
    }
    top += BAND_HEAD + rows * (CELL.height + CELL.gap);
  }
  return null;
}

function paintFleet(
  { context, width, height, colour }: Painter,
  recording: Recording,
  moment: number,
  perRow: number,
  chosen: number | null,
): void {
  const { moments, instances } = recording;
  context.clearRect(0, 0, width, height);
  context.textBaseline = 'top';
  let top = 0;
  for (const { name, role, members } of poolsOf(instances)) {
    const cells = members.map((i) => moment * moments.instances + i);
    const waiting = cells.reduce((sum, cell) => sum + moments.waiting[cell]!, 0);
    const running = cells.reduce((sum, cell) => sum + moments.running[cell]!, 0);
    context.fillStyle = colour('--ink');
    context.font = '600 13.5px "Source Sans 3", sans-serif';
    context.fillText(`${name}`, GUTTER.left, top + 2);
    context.fillStyle = colour('--muted');
    context.font = '400 12px "Source Sans 3", sans-serif';
    const kind = role === 'both' || role === name ? '' : `${role}, `;
    context.fillText(`${kind}${waiting} waiting, ${running} running`, GUTTER.left + 96, top + 3);
    top += BAND_HEAD;
    for (const [place, i] of members.entries()) {
      const x = GUTTER.left + (place % perRow) * (CELL.width + CELL.gap);
      const y = top + Math.floor(place / perRow) * (CELL.height + CELL.gap);
      paintCell(context, recording, moment * moments.instances + i, x, y, colour);
      if (i === chosen) {
        context.strokeStyle = colour('--focus');
        context.lineWidth = 2;
        context.strokeRect(x - 2, y - 2, CELL.width + 4, CELL.height);
      }
    }
    top += Math.ceil(members.length / perRow) * (CELL.height + CELL.gap);
  }
}

function paintCell(
  context: CanvasRenderingContext2D,
  { moments }: Recording,
  cell: number,
  x: number,
  y: number,
  colour: (token: string) => string,
): void {
  const bar = CELL.height - 20;
  const decode = moments.decode[cell]! * bar;
  const prefill = moments.prefill[cell]! * bar;
  context.fillStyle = colour('--idle');
  context.fillRect(x, y, CELL.width, bar);
  context.fillStyle = colour('--decode');
  context.fillRect(x, y + bar - decode, CELL.width, decode);
  context.fillStyle = colour('--prefill');
  context.fillRect(x, y + bar - decode - prefill, CELL.width, prefill);
  // KV in use, as a gauge at the side.
  context.fillStyle = colour('--transfer');
  const kv = moments.kv[cell]! * bar;
  context.fillRect(x + CELL.width - 6, y + bar - kv, 6, kv);
  context.strokeStyle = colour('--control');
  context.lineWidth = 1;
  context.strokeRect(x + 0.5, y + 0.5, CELL.width - 1, bar - 1);
  context.fillStyle = moments.waiting[cell]! > 0 ? colour('--queue') : colour('--muted');
  context.font = '400 12px "Source Sans 3", sans-serif';
  context.fillText(
    `${moments.waiting[cell]} | ${moments.running[cell]} | ${Math.round(moments.kv[cell]! * 100)} %`,
    x,
    y + bar + 3,
  );
}
