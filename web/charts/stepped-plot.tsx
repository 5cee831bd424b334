/** The drawing of a chart whose reading line is not bound to data: it stands at one of `READING_STEPS` places across the plot. */
import type { ReactNode } from 'react';
import { GUTTER, useChartSize } from './chart-size.ts';
import { READING_STEPS, ReadingLine, ReadingSvg, stepAt, stepPx } from './reading-svg.tsx';

/** Room of the drawing, and where the plot in it ends, px. */
export interface PlotFrame {
  readonly width: number;
  readonly right: number;
  readonly bottom: number;
}

interface SteppedPlotProps {
  readonly title: string;
  /** Place of the reading line; null: there is none. */
  readonly reading: number | null;
  readonly setReading: (reading: number | null) => void;
  readonly children: (frame: PlotFrame) => ReactNode;
}

export function SteppedPlot({ title, reading, setReading, children }: SteppedPlotProps) {
  const { ref, width, height } = useChartSize();
  const right = width - GUTTER.right;
  const bottom = height - GUTTER.bottom;
  return (
    <div ref={ref}>
      <ReadingSvg
        {...{ title, width, height }}
        keys="move the reading line"
        last={READING_STEPS}
        at={reading}
        setAt={setReading}
        placeAt={(px) => stepAt(px, right)}
      >
        {children({ width, right, bottom })}
        {reading !== null && <ReadingLine x={stepPx(reading, right)} bottom={bottom} />}
      </ReadingSvg>
    </div>
  );
}
