/** What is marked in a distribution chart: the SLO's limit, and a percentile across the curves. */
import { fleetColour } from '../components/fleet-mark.tsx';
import { timeTickText } from '../format.ts';
import { type CdfLine, quantileMs } from './cdf-data.ts';
import { percentileName } from './cdf-words.ts';
import { GUTTER } from './chart-size.ts';

interface MarkedShareProps {
  readonly lines: readonly CdfLine[];
  readonly share: number;
  readonly x: (ms: number) => number;
  readonly y: number;
  readonly right: number;
}

/** A line at a share, with a mark where each fleet's curve crosses it: that percentile. */
export function MarkedShare({ lines, share, x, y, right }: MarkedShareProps) {
  return (
    <g>
      <line x1={GUTTER.left} x2={right} y1={y} y2={y} stroke="var(--control)" strokeDasharray="2 3" />
      <text className="strong halo" x={GUTTER.left + 8} y={y + 14}>
        {percentileName(share)}
      </text>
      {lines.map(({ letter, curve, place }, index) => {
        const ms = quantileMs(curve, share);
        return ms === null ? null : (
          <circle
            key={letter}
            data-fleet={letter}
            cx={x(ms)}
            cy={y}
            r="4"
            fill="var(--paper)"
            stroke={fleetColour(place ?? index)}
            strokeWidth="2"
          />
        );
      })}
    </g>
  );
}

interface LimitAreaProps {
  readonly x: number;
  readonly limitMs: number;
  readonly limitStatistic: string;
  readonly right: number;
  readonly bottom: number;
}

/** The limit as a line, and what lies beyond it shaded. */
export function LimitArea({ x, limitMs, limitStatistic, right, bottom }: LimitAreaProps) {
  return (
    <g>
      <rect
        x={x}
        y={GUTTER.top}
        width={Math.max(0, right - x)}
        height={bottom - GUTTER.top}
        fill="var(--fail)"
        fillOpacity="0.06"
      />
      <line x1={x} x2={x} y1={GUTTER.top} y2={bottom} stroke="var(--fail)" />
      <LimitLabel x={x} text={`SLO ${limitStatistic} ${timeTickText(limitMs)}`} />
    </g>
  );
}

/** Room that the caption of the y axis takes at the top left, and a limit's label at most, px. */
const CAPTION_WIDTH = 160;
const LABEL_WIDTH = 96;

/** Above the plot, at its line, and beside the caption rather than over it. */
function LimitLabel({ x, text }: { readonly x: number; readonly text: string }) {
  const captionEnd = GUTTER.left + CAPTION_WIDTH;
  const isBeside = x - LABEL_WIDTH < captionEnd;
  return (
    <text
      className="strong fail"
      x={isBeside ? Math.max(x, captionEnd) : x}
      y={GUTTER.top - 6}
      textAnchor={isBeside ? 'start' : 'end'}
    >
      {text}
    </text>
  );
}
