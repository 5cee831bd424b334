/**
 * Horizontal bars made of parts: where a time goes, what a pool does. Parts are told apart by colour, texture, order and,
 * where there is room, by their name on the bar; the legend names them all, and the table twin has the figures.
 */
import { useId } from 'react';
import { GUTTER, useChartSize } from './chart-size.ts';
import { TwinTable } from './twin-table.tsx';

export interface Part {
  readonly id: string;
  readonly name: string;
  /** CSS colour. */
  readonly colour: string;
  readonly texture: Texture;
}

export type Texture = 'plain' | 'diagonal' | 'dots' | 'cross' | 'empty';

export interface Bar {
  readonly key: string;
  readonly label: string;
  /** By the order of the parts. */
  readonly values: readonly number[];
  /** Letter of the fleet in charts that are linked. */
  readonly fleet?: string;
  /** Said behind the bar. */
  readonly total: string;
}

interface StackedBarsProps {
  readonly title: string;
  readonly parts: readonly Part[];
  readonly bars: readonly Bar[];
  readonly text: (value: number) => string;
  /** Heading of the bars in the table. */
  readonly of: string;
  readonly note?: string;
}

const BAR_HEIGHT = 20;
const BAR_STEP = 32;
const LABEL_WIDTH = 148;
/** Least room behind the bars, and what a character of a total takes, px. */
const TOTAL_WIDTH = 72;
const CHARACTER_WIDTH = 6.6;

export function StackedBars({ title, parts, bars, text, of, note }: StackedBarsProps) {
  const patterns = useId();
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
      <Plot {...{ title, parts, bars, text, patterns }} />
      {note !== undefined && <p className="reading">{note}</p>}
      <TwinTable
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

interface PlotProps extends Pick<StackedBarsProps, 'title' | 'parts' | 'bars' | 'text'> {
  /** What the ids of the patterns begin with: every chart has its own. */
  readonly patterns: string;
}

function Plot({ title, parts, bars, text, patterns }: PlotProps) {
  const { ref, width } = useChartSize();
  const left = Math.min(LABEL_WIDTH, width * 0.3);
  const longest = Math.max(...bars.map(({ total }) => total.length));
  const room = width - left - Math.max(TOTAL_WIDTH, longest * CHARACTER_WIDTH) - GUTTER.right;
  const most = Math.max(...bars.map(({ values }) => sum(values)), Number.MIN_VALUE);
  const height = bars.length * BAR_STEP;
  return (
    <div ref={ref}>
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`${title}; the table below has its figures`}
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
                  <g key={part.id}>
                    <title>{`${bar.label}, ${part.name}: ${text(value)}`}</title>
                    <PartRect
                      part={part}
                      patterns={patterns}
                      x={from}
                      y={y}
                      width={own}
                      height={BAR_HEIGHT}
                    />
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
