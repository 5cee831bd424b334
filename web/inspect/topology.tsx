/**
 * The fleet at a moment: pools as bands, instances as cells filled like their strips, with what waits and runs in numbers.
 * Playback reads the recording; nothing is simulated again. The table below says the same.
 */
import { useCallback, useState } from 'react';
import type { InstanceInfo, Recording } from '../../sim/inspect/recording.ts';
import { Canvas, type Painter } from '../charts/canvas.tsx';
import { GUTTER } from '../charts/chart-size.ts';
import { ScrollTable } from '../components/scroll-table.tsx';
import { percentText } from '../format.ts';
import { momentAt } from './moments.ts';
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
  const paint = useCallback(
    (painter: Painter) => {
      setWidth(painter.width);
      paintFleet(painter, recording, moment, perRow);
    },
    [recording, moment, perRow],
  );
  return (
    <section aria-labelledby="topology" className="chart">
      <h2 id="topology">The fleet, moment by moment</h2>
      <PlaybackBar playback={playback} durationUs={recording.durationUs} />
      <PhaseLegend of={['prefill', 'decode']} />
      <Canvas height={height} paint={paint} />
      <p className="reading">
        Under each instance: requests waiting | running | KV in use, which the bar at its right shows too.
      </p>
      <details className="twin">
        <summary>As a table</summary>
        <ScrollTable label="Table: the fleet at this moment">
          <caption className="visually-hidden">The fleet at {(playback.atUs / 1e6).toFixed(2)} s</caption>
          <thead>
            <tr>
              <th scope="col">Instance</th>
              <th scope="col">Prefill</th>
              <th scope="col">Decode</th>
              <th scope="col">Waiting</th>
              <th scope="col">Running</th>
              <th scope="col">KV used</th>
            </tr>
          </thead>
          <tbody>
            {recording.instances.slice(0, 200).map(({ name }, i) => {
              const cell = moment * recording.moments.instances + i;
              const { prefill, decode, waiting, running, kv } = recording.moments;
              return (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td>{percentText(prefill[cell]!)}</td>
                  <td>{percentText(decode[cell]!)}</td>
                  <td>{waiting[cell]}</td>
                  <td>{running[cell]}</td>
                  <td>{percentText(kv[cell]!)}</td>
                </tr>
              );
            })}
          </tbody>
        </ScrollTable>
      </details>
    </section>
  );
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

function paintFleet(
  { context, width, height, colour }: Painter,
  recording: Recording,
  moment: number,
  perRow: number,
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
