/**
 * One strip per instance over time: what it was doing, or (kv-strips.tsx) how full its KV is. Drawn pixel by pixel, so that a thousand
 * instances cost what ten do.
 */
import { useCallback } from 'react';
import type { MomentColumns, Recording } from '../../sim/inspect/recording.ts';
import { Canvas, type Painter } from '../charts/canvas.tsx';
import { GUTTER } from '../charts/chart-size.ts';
import { TwinTable } from '../charts/twin-table.tsx';
import { percentText, UNKNOWN } from '../format.ts';
import { momentAt } from './moments.ts';
import { TimeAxis } from './time-axis.tsx';
import type { TimeWindow } from './timeline-rows.ts';

/** Height of a strip, and room between two, px. */
const STRIP = 22;
const GAP = 4;
/** Strips that are drawn; all instances are in the table. */
const MOST_STRIPS = 64;

type Rgb = readonly [number, number, number];

/** Colour of a pixel of a strip: `up` runs from 0 at its foot to 1 at its head. */
export type StripColour = (cell: number, up: number) => Rgb;

export interface StripKind {
  readonly title: string;
  readonly about: 'instances' | 'memory';
  /** Made once per drawing, out of colour tokens. */
  readonly colours: (colour: (token: string) => Rgb, moments: MomentColumns) => StripColour;
  readonly heads: readonly string[];
  /** Means over the window, by the heads. */
  readonly figures: (recording: Recording, instance: number, cells: readonly number[]) => readonly string[];
  readonly note: string;
}

export interface StripsProps {
  readonly kind: StripKind;
  readonly recording: Recording;
  readonly window: TimeWindow;
  /** By cell: how many requests of the cohort are there; null: all requests are looked at. */
  readonly present: Uint32Array | null;
  readonly children?: React.ReactNode;
}

export function Strips({ kind, recording, window, present, children }: StripsProps) {
  const { instances } = recording;
  const count = Math.min(MOST_STRIPS, instances.length);
  const height = count * (STRIP + GAP);
  const paint = useCallback(
    (painter: Painter) => paintStrips(painter, kind, recording, window, count, present),
    [kind, recording, window, count, present],
  );
  const rows = (): string[][] => {
    const first = momentAt(recording.moments, window.fromUs);
    const last = momentAt(recording.moments, window.toUs);
    const moments = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    return instances.map(({ name }, i) => {
      const cells = moments
        .map((m) => m * recording.moments.instances + i)
        .filter((cell) => present === null || present[cell]! > 0);
      return [
        name,
        ...(cells.length === 0 ? kind.heads.map(() => UNKNOWN) : kind.figures(recording, i, cells)),
      ];
    });
  };
  return (
    <section aria-label={kind.title} className="chart">
      <h2>{kind.title}</h2>
      {children}
      <Canvas height={height} paint={paint}>
        {instances.slice(0, count).map(({ name }, i) => (
          <span key={name} className="strip-name" style={{ top: i * (STRIP + GAP) + 4 }} aria-hidden="true">
            {name}
          </span>
        ))}
      </Canvas>
      <TimeAxis window={window} />
      <p className="reading">
        {kind.note}
        {present !== null && ' Faint: no request of the cohort was there.'}
        {instances.length > count && ` The first ${count} of ${instances.length} instances are drawn.`}
      </p>
      <TwinTable
        about={{ kind: kind.about, data: recording }}
        title={kind.title}
        heads={['Instance', ...kind.heads]}
        rows={rows}
      />
    </section>
  );
}

function paintStrips(
  { context, width, height, colour }: Painter,
  kind: StripKind,
  { moments }: Recording,
  { fromUs, toUs }: TimeWindow,
  count: number,
  present: Uint32Array | null,
): void {
  const columns = Math.max(1, Math.round(width - GUTTER.left - GUTTER.right));
  const image = context.createImageData(columns, Math.max(1, height));
  const pixels = new Uint32Array(image.data.buffer);
  const colourOf = kind.colours((token) => rgbOf(colour(token)), moments);
  const paper = rgbOf(colour('--paper'));
  for (let x = 0; x < columns; x += 1) {
    const atUs = fromUs + ((x + 0.5) / columns) * (toUs - fromUs);
    const moment = momentAt(moments, atUs);
    for (let i = 0; i < count; i += 1) {
      const cell = moment * moments.instances + i;
      const isFaint = present !== null && present[cell] === 0;
      for (let y = 0; y < STRIP; y += 1) {
        const full = colourOf(cell, 1 - (y + 0.5) / STRIP);
        const [r, g, b] = isFaint ? mixed(full, paper) : full;
        pixels[(i * (STRIP + GAP) + y) * columns + x] = (255 << 24) | (b << 16) | (g << 8) | r;
      }
    }
  }
  const ratio = window.devicePixelRatio;
  const layer = new OffscreenCanvas(image.width, image.height);
  layer.getContext('2d')!.putImageData(image, 0, 0);
  context.clearRect(0, 0, width, height);
  context.imageSmoothingEnabled = ratio !== 1;
  context.drawImage(layer, GUTTER.left, 0);
}

/** What is not looked at: a fifth of its colour. */
function mixed(colour: Rgb, paper: Rgb): Rgb {
  const of = (i: 0 | 1 | 2): number => Math.round(0.2 * colour[i] + 0.8 * paper[i]);
  return [of(0), of(1), of(2)];
}

/** `#rrggbb` as three bytes. */
function rgbOf(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** Shares of prefill and decode from the foot up, idle above. */
export const BUSY_STRIPS: StripKind = {
  title: 'What each instance was doing',
  about: 'instances',
  colours: (colour, { prefill, decode }) => {
    const [ofPrefill, ofDecode, ofIdle] = [colour('--prefill'), colour('--decode'), colour('--idle')];
    return (cell, up) => {
      if (up < decode[cell]!) return ofDecode;
      return up < decode[cell]! + prefill[cell]! ? ofPrefill : ofIdle;
    };
  },
  heads: ['Prefill', 'Decode', 'Idle', 'Waiting, mean', 'Running, mean'],
  figures: ({ moments }, _, cells) => {
    const prefill = meanOf(moments.prefill, cells);
    const decode = meanOf(moments.decode, cells);
    return [
      percentText(prefill),
      percentText(decode),
      percentText(1 - prefill - decode),
      meanOf(moments.waiting, cells).toFixed(1),
      meanOf(moments.running, cells).toFixed(1),
    ];
  },
  note: 'Share of each moment, from the foot of a strip: decode, prefill, idle.',
};

/** Mean of a column over cells; 0 of none. */
export function meanOf(column: Float32Array | Uint32Array, cells: readonly number[]): number {
  return cells.reduce((sum, cell) => sum + column[cell]!, 0) / Math.max(1, cells.length);
}
