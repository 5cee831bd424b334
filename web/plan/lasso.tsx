/**
 * Picks several points of a chart at once: a drag around them, or across them as a rectangle; with Shift they are added to what is
 * picked. Points inside are marked while the drag goes on. Keys pick point by point, in the chart itself.
 */
import { useState } from 'react';
import { GUTTER } from '../charts/chart-size.ts';
import type { PlacedPoint } from '../charts/scatter-chart.tsx';
import { isWithin, type Place, regionOf } from './lasso-region.ts';

interface LassoProps {
  readonly places: readonly PlacedPoint[];
  /** Right and lower edge of the plot, px. */
  readonly right: number;
  readonly bottom: number;
  readonly pick: (keys: readonly string[], isAdded: boolean) => void;
}

/** A pointer that moved less has clicked, px. */
const LEAST_DRAG = 6;
/** Corners of the path are at least so far apart, px. */
const STEP = 3;

export function Lasso({ places, right, bottom, pick }: LassoProps) {
  const [path, setPath] = useState<readonly Place[]>([]);
  /** A drag ends in a click, which is not meant for what lies under it. */
  const [wasDrag, setWasDrag] = useState(false);
  const reach = Math.max(0, ...path.map((place) => distance(place, path[0]!)));
  const isDrag = reach >= LEAST_DRAG;
  const region = isDrag ? regionOf(path) : [];
  const inside = isDrag ? places.filter((place) => isWithin(region, place)) : [];
  const add = (event: React.PointerEvent<SVGRectElement>): void => {
    const place = placeIn(event);
    if (path.length > 0 && distance(place, path.at(-1)!) >= STEP) setPath([...path, place]);
  };
  return (
    <g>
      {isDrag && <path className="range" d={`M${region.map(({ x, y }) => `${x},${y}`).join('L')}Z`} />}
      {inside.map(({ key, x, y }) => (
        <circle key={key} cx={x} cy={y} r="9" fill="none" stroke="var(--focus)" strokeWidth="2" />
      ))}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: Space picks what the arrow keys read */}
      <rect
        className="lasso"
        {...{ x: GUTTER.left, y: 0, width: right - GUTTER.left, height: bottom, fill: 'transparent' }}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          setPath([placeIn(event)]);
          setWasDrag(false);
        }}
        onPointerMove={add}
        onPointerUp={(event) => {
          if (isDrag)
            pick(
              inside.map(({ key }) => key),
              event.shiftKey,
            );
          setWasDrag(isDrag);
          setPath([]);
        }}
        onPointerCancel={() => setPath([])}
        onClick={(event) => wasDrag && event.stopPropagation()}
      />
    </g>
  );
}

function distance(one: Place, other: Place): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

/** Where in the drawing a pointer is. */
function placeIn(event: React.PointerEvent<SVGRectElement>): Place {
  const { left, top } = event.currentTarget.ownerSVGElement!.getBoundingClientRect();
  return { x: event.clientX - left, y: event.clientY - top };
}
