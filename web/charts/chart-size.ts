/** Charts are drawn in CSS pixels of the width they really have, so that their text keeps its size on a small screen. */
import { type RefObject, useEffect, useRef, useState } from 'react';

/** Room around the plot, px. All charts have the same left gutter, so that their axes line up. */
export const GUTTER = { left: 56, right: 20, top: 20, bottom: 44 } as const;

const FIRST_WIDTH = 520;
/** Of a chart that has the page's width to itself, px. */
const MOST_HEIGHT = 340;

export function useChartSize(): {
  readonly ref: RefObject<HTMLDivElement | null>;
  readonly width: number;
  readonly height: number;
} {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(FIRST_WIDTH);
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined && entry.contentRect.width > 0) setWidth(Math.round(entry.contentRect.width));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, width, height: Math.min(MOST_HEIGHT, Math.round((width * 9) / 16)) };
}
