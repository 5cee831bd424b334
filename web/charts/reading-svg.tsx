/**
 * The drawing of a chart that can be read: one tab stop, arrow keys or the pointer move the place that is read, Escape puts it
 * away. What is read there is said by the chart, in words below it.
 */
import { type ReactNode, useRef, useState } from 'react';
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
  /** Place under a pointer, from its distances to the left and the upper edge; it is held to the places that there are. */
  readonly placeAt: (px: number, py: number) => number;
  /** Where a range can be picked: by dragging, or with Shift and the arrow keys. */
  readonly brush?: Brush | undefined;
  /** Where what is read can be chosen: what a click does. */
  readonly choose?: ((at: number) => void) | undefined;
  /** Gets keys before the reading does; true: the key was its own. */
  readonly onKey?: ((key: string, at: number | null) => boolean) | undefined;
  readonly children: ReactNode;
}

export interface Brush {
  /** Where a place is, px. */
  readonly pxOf: (place: number) => number;
  readonly choose: (fromPx: number, toPx: number) => void;
}

/** A pointer that moved less has clicked, px. */
const LEAST_DRAG = 4;

export function ReadingSvg(props: ReadingSvgProps) {
  const { title, keys, width, height, last, at, setAt, brush, choose, children } = props;
  /** Where a picked range began: a place, by keys; px, by the pointer. */
  const anchor = useRef<number | null>(null);
  const [drag, setDrag] = useState<{ readonly from: number; readonly to: number } | null>(null);
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (props.onKey?.(event.key, at) === true) {
      event.preventDefault();
      return;
    }
    const next = nextReading(event.key, at, last);
    if (next === undefined) return;
    event.preventDefault();
    setAt(next);
    if (!event.shiftKey || next === null || brush === undefined) {
      anchor.current = null;
      return;
    }
    anchor.current ??= at ?? next;
    if (anchor.current !== next) brush.choose(brush.pxOf(anchor.current), brush.pxOf(next));
  };
  const placeOf = (event: React.MouseEvent<SVGSVGElement>): number => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    return Math.min(last, Math.max(0, props.placeAt(event.clientX - left, event.clientY - top)));
  };
  const onPointerMove = (event: React.PointerEvent<SVGSVGElement>): void => {
    const px = pxIn(event);
    setAt(placeOf(event));
    if (drag !== null) setDrag({ from: drag.from, to: px });
  };
  const onPointerDown = (event: React.PointerEvent<SVGSVGElement>): void => {
    if (brush === undefined || event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    setDrag({ from: pxIn(event), to: pxIn(event) });
  };
  const onPointerUp = (): void => {
    if (drag !== null && Math.abs(drag.to - drag.from) >= LEAST_DRAG) brush?.choose(drag.from, drag.to);
    setDrag(null);
  };
  return (
    <svg
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={`${title}. Arrow keys ${keys}${brush === undefined ? '' : ', with Shift they pick a range'}.`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: keys move what is read
      tabIndex={0}
      onKeyDown={onKeyDown}
      onPointerMove={onPointerMove}
      onPointerDown={onPointerDown}
      onPointerUp={onPointerUp}
      onClick={(event) => choose?.(placeOf(event))}
      className={brush === undefined ? undefined : 'brushable'}
      onPointerLeave={() => setAt(null)}
    >
      {children}
      {drag !== null && (
        <RangeRect
          from={drag.from}
          to={drag.to}
          bottom={height - GUTTER.bottom}
          right={width - GUTTER.right}
        />
      )}
    </svg>
  );
}

function pxIn(event: React.MouseEvent<SVGSVGElement>): number {
  return event.clientX - event.currentTarget.getBoundingClientRect().left;
}

interface RangeRectProps {
  readonly from: number;
  readonly to: number;
  readonly bottom: number;
  readonly right: number;
}

/** A picked range, held to the plot. */
export function RangeRect({ from, to, bottom, right }: RangeRectProps) {
  const held = (px: number): number => Math.min(right, Math.max(GUTTER.left, px));
  const left = held(Math.min(from, to));
  return (
    <rect
      className="range"
      x={left}
      y={GUTTER.top}
      width={held(Math.max(from, to)) - left}
      height={bottom - GUTTER.top}
    />
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
