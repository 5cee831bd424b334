/**
 * The drawing of a chart that can be read: one tab stop, arrow keys or the pointer move the place that is read, Escape puts it
 * away. What is read there is said by the chart, in words below it.
 */
import type { ReactNode } from 'react';
import { GUTTER } from './chart-size.ts';
import { nextReading } from './reading.ts';

interface ReadingSvgProps {
  readonly title: string;
  /** What the keys do, e.g. `go from window to window`. */
  readonly keys: string;
  readonly width: number;
  readonly height: number;
  /** Last place, from 0. */
  readonly last: number;
  readonly at: number | null;
  readonly setAt: (at: number | null) => void;
  /** Place under a pointer, from its distance to the left edge in px; it is held to the places that there are. */
  readonly placeAt: (px: number) => number;
  readonly children: ReactNode;
}

export function ReadingSvg(props: ReadingSvgProps) {
  const { title, keys, width, height, last, at, setAt, placeAt, children } = props;
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const next = nextReading(event.key, at, last);
    if (next === undefined) return;
    event.preventDefault();
    setAt(next);
  };
  const onPointerMove = (event: React.PointerEvent<SVGSVGElement>): void => {
    const px = event.clientX - event.currentTarget.getBoundingClientRect().left;
    setAt(Math.min(last, Math.max(0, placeAt(px))));
  };
  return (
    <svg
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={`${title}. Arrow keys ${keys}.`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: keys move what is read
      tabIndex={0}
      onKeyDown={onKeyDown}
      onPointerMove={onPointerMove}
      onPointerLeave={() => setAt(null)}
    >
      {children}
    </svg>
  );
}

/** Steps of a reading line that is not bound to data. */
export const READING_STEPS = 60;

/** The place, of `READING_STEPS`, under a pointer over a plot that ends at `right`. */
export function stepAt(px: number, right: number): number {
  return Math.round(((px - GUTTER.left) / (right - GUTTER.left)) * READING_STEPS);
}

/** Where on the screen a step of the reading line is, px. */
export function stepPx(step: number, right: number): number {
  return GUTTER.left + (step / READING_STEPS) * (right - GUTTER.left);
}

/** The line through what is read. */
export function ReadingLine({ x, bottom }: { readonly x: number; readonly bottom: number }) {
  return <line x1={x} x2={x} y1={GUTTER.top} y2={bottom} stroke="var(--control)" />;
}
