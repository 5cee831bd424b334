/**
 * Horizontal bars made of parts: where a time goes, what a pool does. Parts are told apart by colour, texture, order and,
 * where there is room, by their name on the bar; the legend names them all, and the table twin has the figures. Where parts can
 * be picked, the bars are one tab stop: arrow keys go from part to part, Enter picks one, as a click does.
 */
import { useId, useState } from 'react';
import { GUTTER, useChartSize } from './chart-size.ts';
import type { Bar, Part, Texture } from './parts.ts';
import { nextReading } from './reading.ts';
import { TwinTable } from './twin-table.tsx';

interface StackedBarsProps {
  readonly title: string;
  readonly parts: readonly Part[];
  readonly bars: readonly Bar[];
  readonly text: (value: number) => string;
  /** Heading of the bars in the table. */
  readonly of: string;
  readonly note?: string;
  readonly about: 'phases' | 'busy';
  /** Where parts can be picked. */
  readonly pick?: {
    /** Id of the picked part, which stands out in every bar; null: none. */
    readonly picked: string | null;
    readonly choose: (id: string, bar: Bar) => void;
  };
}

const BAR_HEIGHT = 20;
const BAR_STEP = 32;
const LABEL_WIDTH = 148;
/** Least room behind the bars, and what a character of a total takes, px. */
const TOTAL_WIDTH = 72;
const CHARACTER_WIDTH = 6.6;

export function StackedBars({ title, parts, bars, text, of, note, about, pick }: StackedBarsProps) {
  const patterns = useId();
  const [at, setAt] = useState<number | null>(null);
  const segments = segmentsOf(parts, bars);
  const read = at === null ? undefined : segments[Math.min(at, segments.length - 1)];
  const used = parts.filter((_, i) => bars.some(({ values }) => values[i]! > 0));
  return (
    <section aria-label={title} className="chart">
      <h2>{title}</h2>
      <ul className="legend">
        {used.map((part) => (
          <li key={part.id}>
            <svg width="16" height="12" aria-hidden="true">
              <PartRect part={part} patterns={patterns} x={0} y={0} width={16} height={12} />
            </svg>
            {part.name}
          </li>
        ))}
      </ul>
      <Plot {...{ title, parts, bars, text, patterns, pick, segments, at, setAt, read }} />
      {(note !== undefined || pick !== undefined) && (
        <p className="reading" aria-live="polite">
          {read === undefined
            ? `${note ?? ''}${pick === undefined ? '' : ' Click a part, or go there with the arrow keys and press Enter, for what it is.'}`.trim()
            : `${read.bar.label}, ${read.part.name}: ${text(read.value)}`}
        </p>
      )}
      <TwinTable
        about={{ kind: about, data: { parts, bars } }}
        title={title}
        heads={[of, ...used.map(({ name }) => name), 'Total']}
        rows={bars.map((bar) => [
          bar.label,
          ...used.map((part) => text(bar.values[parts.indexOf(part)]!)),
          bar.total,
        ])}
      />
    </section>
  );
}

/** A part of a bar that is there. */
interface Segment {
  readonly bar: Bar;
  readonly part: Part;
  readonly value: number;
}

/** Bar by bar, each from its foot. */
function segmentsOf(parts: readonly Part[], bars: readonly Bar[]): Segment[] {
  return bars.flatMap((bar) =>
    parts.flatMap((part, i) => (bar.values[i]! > 0 ? [{ bar, part, value: bar.values[i]! }] : [])),
  );
}

interface PlotProps extends Pick<StackedBarsProps, 'title' | 'parts' | 'bars' | 'text'> {
  readonly pick: StackedBarsProps['pick'];
  readonly segments: readonly Segment[];
  readonly at: number | null;
  readonly setAt: (at: number | null) => void;
  readonly read: Segment | undefined;
  /** What the ids of the patterns begin with: every chart has its own. */
  readonly patterns: string;
}

function Plot({ title, parts, bars, text, patterns, pick, segments, at, setAt, read }: PlotProps) {
  const { ref, width } = useChartSize();
  const left = Math.min(LABEL_WIDTH, width * 0.3);
  const longest = Math.max(...bars.map(({ total }) => total.length));
  const room = width - left - Math.max(TOTAL_WIDTH, longest * CHARACTER_WIDTH) - GUTTER.right;
  const most = Math.max(...bars.map(({ values }) => sum(values)), Number.MIN_VALUE);
  const height = bars.length * BAR_STEP;
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if ((event.key === 'Enter' || event.key === ' ') && read !== undefined)
      pick!.choose(read.part.id, read.bar);
    else {
      // The first arrow shows where one is.
      const next =
        at === null && /^Arrow/.test(event.key) ? 0 : nextReading(event.key, at, segments.length - 1);
      if (next === undefined) return;
      setAt(next);
    }
    event.preventDefault();
  };
  const onClick = ({ target }: React.MouseEvent): void => {
    const { part, bar } =
      (target instanceof Element ? target.closest<SVGGElement>('[data-part]') : null)?.dataset ?? {};
    const own = segments.find((one) => one.part.id === part && one.bar.key === bar);
    if (own !== undefined) pick!.choose(own.part.id, own.bar);
  };
  const ways = pick === undefined ? {} : { tabIndex: 0, className: 'pickable', onKeyDown, onClick };
  return (
    <div ref={ref}>
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`${title}; ${pick === undefined ? '' : 'arrow keys go from part to part, Enter explains one; '}the table below has its figures`}
        {...ways}
      >
        <defs>
          {parts.map(({ id, texture }) => (
            <pattern key={id} id={`${patterns}${id}`} width="6" height="6" patternUnits="userSpaceOnUse">
              <TexturePath texture={texture} />
            </pattern>
          ))}
        </defs>
        {bars.map((bar, row) => {
          const y = row * BAR_STEP + (BAR_STEP - BAR_HEIGHT) / 2;
          let x = left;
          return (
            <g key={bar.key} data-fleet={bar.fleet}>
              <text x={left - 8} y={y + 14} textAnchor="end">
                {shortened(bar.label, left)}
              </text>
              {parts.map((part, i) => {
                const value = bar.values[i]!;
                const own = (value / most) * room;
                const from = x;
                x += own;
                if (value <= 0) return null;
                return (
                  <g
                    key={part.id}
                    data-part={part.id}
                    opacity={isFaint(pick, part) ? 0.25 : undefined}
                    data-bar={bar.key}
                  >
                    <title>{`${bar.label}, ${part.name}: ${text(value)}`}</title>
                    <PartRect
                      part={part}
                      patterns={patterns}
                      x={from}
                      y={y}
                      width={own}
                      height={BAR_HEIGHT}
                    />
                    {read?.bar === bar && read.part === part && (
                      <rect
                        x={from}
                        y={y - 3}
                        width={Math.max(own, 3)}
                        height={BAR_HEIGHT + 6}
                        fill="none"
                        stroke="var(--focus)"
                        strokeWidth="2"
                      />
                    )}
                  </g>
                );
              })}
              <text className="strong" x={x + 8} y={y + 14}>
                {bar.total}
              </text>
            </g>
          );
        })}
      </svg>
    </div>
  );
}

/** Another part is picked. */
function isFaint(pick: StackedBarsProps['pick'], { id }: Part): boolean {
  return pick !== undefined && pick.picked !== null && pick.picked !== id;
}

interface PartRectProps {
  readonly part: Part;
  readonly patterns: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The texture is drawn in the paper's colour over the part's, where there is room for it. */
function PartRect({ part, patterns, x, y, width, height }: PartRectProps) {
  const isEmpty = part.texture === 'empty';
  return (
    <>
      <rect
        x={x}
        y={y}
        width={Math.max(width, 0)}
        height={height}
        fill={isEmpty ? 'var(--paper)' : part.colour}
        stroke={isEmpty ? 'var(--control)' : 'var(--paper)'}
        strokeWidth={isEmpty ? 1 : 0.5}
      />
      {width >= 6 && part.texture !== 'plain' && !isEmpty && (
        <rect x={x} y={y} width={width} height={height} fill={`url(#${patterns}${part.id})`} />
      )}
    </>
  );
}

function TexturePath({ texture }: { readonly texture: Texture }) {
  if (texture === 'dots') return <circle cx="3" cy="3" r="1" fill="var(--paper)" />;
  const d = texture === 'cross' ? 'M0,6L6,0M0,0L6,6' : 'M0,6L6,0';
  return <path d={d} stroke="var(--paper)" strokeWidth="1" strokeOpacity="0.7" />;
}

function shortened(label: string, width: number): string {
  const most = Math.max(4, Math.floor(width / 6.5));
  return label.length > most ? `${label.slice(0, most - 1)}…` : label;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
