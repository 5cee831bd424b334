/**
 * Goodput by split and TP as a grid of cells: colour and figure say how much is served within the SLO, a hatched cell misses it,
 * an outlined one cannot be built. One tab stop: arrow keys go from cell to cell, Enter puts the cell's fleet beside the
 * others.
 */
import { useId, useState } from 'react';
import type { Comparison } from '../../sim/scenario/schema.ts';
import { useChartSize } from '../charts/chart-size.ts';
import { cividis, inkOn } from '../charts/cividis.ts';
import { TwinTable } from '../charts/twin-table.tsx';
import { figureText, UNKNOWN } from '../format.ts';
import { announce } from '../shell/announce.tsx';
import { putDocument, useScenario } from '../state/document-store.ts';
import type { GridOutcome, GridReport } from '../state/grid-run.ts';
import { cellBeside } from './grid-keys.ts';
import { goodputOf } from './grid-section.tsx';

const TITLE = 'Goodput by split and TP';
const ROW = 36;
const LEFT = 56;
const TOP = 24;
const FOOT = 40;
/** Fleets of a comparison at most. */
const MOST_FLEETS = 5;

export function GridChart({ report }: { readonly report: GridReport }) {
  const [at, setAt] = useState<number | null>(null);
  const { cells } = report;
  const read = at === null ? undefined : cells[at];
  return (
    <section aria-label={TITLE} className="chart">
      <h3>{TITLE}</h3>
      <Plot report={report} at={at} setAt={setAt} />
      <p className="reading" aria-live="polite">
        {read === undefined
          ? 'Requests/s within the SLO. Hatched: misses the SLO. Outlined: cannot be built. Enter or a click adds a fleet to the comparison.'
          : `${read.fleet.name}: ${wordsOf(read)}`}
      </p>
      <TwinTable
        about={{ kind: 'grid', data: report }}
        title={TITLE}
        heads={['Fleet', 'TP', 'GPUs that prefill', 'Goodput', 'TTFT p95', 'ITL p99', 'SLO']}
        rows={cells.map((cell) => [
          cell.fleet.name,
          String(cell.tp),
          String(cell.prefillGpus),
          figureText(goodputOf(cell), 'perS'),
          figureText(cell.outcome?.report.ttftMs.p95 ?? null, 'ms'),
          figureText(cell.outcome?.report.itlMs.p99 ?? null, 'ms'),
          verdictOf(cell),
        ])}
      />
    </section>
  );
}

interface PlotProps {
  readonly report: GridReport;
  readonly at: number | null;
  readonly setAt: (at: number | null) => void;
}

function Plot({ report: { grid, cells }, at, setAt }: PlotProps) {
  const hatch = useId();
  const { ref, width } = useChartSize();
  const column = Math.min(96, (width - LEFT) / grid.columns.length);
  const height = TOP + grid.tps.length * ROW + FOOT;
  const rates = cells.flatMap((cell) => goodputOf(cell) ?? []);
  const most = Math.max(...rates, Number.MIN_VALUE);
  const xOf = ({ prefillGpus }: GridOutcome): number => LEFT + grid.columns.indexOf(prefillGpus) * column;
  const yOf = ({ tp }: GridOutcome): number => TOP + grid.tps.indexOf(tp) * ROW;
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.key === 'Enter' && at !== null) addToComparison(cells[at]!);
    else {
      const next = cellBeside(cells, at, event.key);
      if (next === undefined) return;
      setAt(next);
    }
    event.preventDefault();
  };
  return (
    <div ref={ref}>
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`${TITLE}. Arrow keys go from cell to cell.`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: keys read the cells
        tabIndex={0}
        onKeyDown={onKeyDown}
        onPointerLeave={() => setAt(null)}
      >
        <defs>
          <pattern id={hatch} width="6" height="6" patternUnits="userSpaceOnUse">
            <path d="M0,6L6,0" stroke="var(--control)" strokeOpacity="0.6" />
          </pattern>
        </defs>
        <text x={LEFT} y={TOP - 10}>
          GPUs per replica (TP), down
        </text>
        {grid.tps.map((tp, row) => (
          <text key={tp} x={LEFT - 8} y={TOP + row * ROW + 22} textAnchor="end">
            TP{tp}
          </text>
        ))}
        {cells.map((cell, i) => {
          const rate = goodputOf(cell);
          const share = rate === null ? 0 : rate / most;
          const isMeeting = cell.outcome?.report.slo.verdict === 'meets';
          return (
            // biome-ignore lint/a11y/noStaticElementInteractions: the chart's keys do the same
            <g
              key={cell.fleet.name}
              className="grid-cell"
              transform={`translate(${xOf(cell)},${yOf(cell)})`}
              onPointerEnter={() => setAt(i)}
              onClick={() => addToComparison(cell)}
            >
              <rect
                width={column - 2}
                height={ROW - 2}
                fill={isMeeting ? cividis(share) : rate === null ? 'var(--paper)' : `url(#${hatch})`}
                stroke={at === i ? 'var(--focus)' : isMeeting ? 'none' : 'var(--control)'}
                strokeWidth={at === i ? 2 : 1}
              />
              <text
                className={isMeeting ? 'strong' : 'strong halo'}
                x={(column - 2) / 2}
                y={ROW / 2 + 3}
                textAnchor="middle"
                style={{ fill: isMeeting ? inkOn(share) : 'var(--ink)' }}
              >
                {rate === null ? UNKNOWN : figureText(rate, 'perS').replace(/\s?\/s$/, '')}
                {isMeeting || rate === null ? '' : ' \u2715'}
              </text>
            </g>
          );
        })}
        {grid.columns.map((prefillGpus, i) => (
          <text
            key={prefillGpus}
            x={LEFT + (i + 0.5) * column - 1}
            y={TOP + grid.tps.length * ROW + 14}
            textAnchor="middle"
          >
            {prefillGpus === 0
              ? column > 70
                ? 'aggregated'
                : 'aggr.'
              : `${prefillGpus}:${grid.gpus - prefillGpus}`}
          </text>
        ))}
        <text x={LEFT} y={height - 6}>
          GPUs that prefill : GPUs that decode
        </text>
      </svg>
    </div>
  );
}

function verdictOf({ outcome, reason }: GridOutcome): string {
  if (outcome === null) return reason;
  const { verdict } = outcome.report.slo;
  return { meets: 'meets', fails: 'fails', cannotTell: 'cannot tell', none: 'none set' }[verdict];
}

function wordsOf(cell: GridOutcome): string {
  const { outcome } = cell;
  if (outcome === null) return `cannot be built: ${cell.reason}`;
  const { ttftMs, itlMs } = outcome.report;
  return `${figureText(goodputOf(cell), 'perS')} within the SLO (${verdictOf(cell)}); TTFT p95 ${figureText(ttftMs.p95, 'ms')}, ITL p99 ${figureText(itlMs.p99, 'ms')}`;
}

/** The cell's fleet as the last one of the comparison; of five fleets it takes the last one's place. */
function addToComparison({ fleet, outcome }: GridOutcome): void {
  if (outcome === null) return;
  const comparison = useScenario.getState().document as Comparison;
  if (comparison.fleets.some(({ name }) => name === fleet.name)) {
    announce(`${fleet.name} is in the comparison already.`);
    return;
  }
  putDocument('comparison', {
    ...comparison,
    fleets: [...comparison.fleets.slice(0, MOST_FLEETS - 1), fleet],
  });
  announce(`${fleet.name} is now beside the others.`);
}
