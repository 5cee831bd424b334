/**
 * A canvas that keeps its sharpness and its colours: drawn in device pixels of the width it has, and once more whenever the
 * theme changes. Text beside it is HTML or SVG; the canvas itself says nothing to a screen reader, which gets the table.
 */
import { useEffect, useRef } from 'react';
import { useTheme } from '../state/theme.ts';
import { useChartSize } from './chart-size.ts';

export interface Painter {
  readonly context: CanvasRenderingContext2D;
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** Value of a colour token, e.g. `--prefill`. */
  readonly colour: (token: string) => string;
}

interface CanvasProps {
  readonly height: number;
  /** Equal functions draw equal pictures: memoise it by its data. */
  readonly paint: (painter: Painter) => void;
  readonly children?: React.ReactNode;
}

export function Canvas({ height, paint, children }: CanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { ref, width } = useChartSize();
  const theme = useTheme((state) => state.theme);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes what the tokens are
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (element === null || context === null || context === undefined) return undefined;
    const request = requestAnimationFrame(() => {
      const ratio = window.devicePixelRatio;
      element.width = Math.round(width * ratio);
      element.height = Math.round(height * ratio);
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      const style = getComputedStyle(document.documentElement);
      paint({ context, width, height, colour: (token) => style.getPropertyValue(token).trim() });
    });
    return () => cancelAnimationFrame(request);
  }, [paint, width, height, theme]);
  return (
    <div ref={ref} className="canvas" style={{ height }}>
      <canvas ref={canvas} style={{ width: '100%', height }} />
      {children}
    </div>
  );
}
