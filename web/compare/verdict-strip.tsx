/**
 * One line per fleet: what it costs and whether it meets the SLO, and if not, what it fails by most. Fleets are put in another order
 * here, by buttons or by dragging one onto the place of another.
 */
import { useEffect, useRef } from 'react';
import type { FleetOutcome, WorkloadComparison } from '../../sim/compare/comparison-report.ts';
import { checkLabel } from '../../sim/compare/decision.ts';
import { findFigure } from '../../sim/metrics/figures.ts';
import type { SloCheck } from '../../sim/metrics/report.ts';
import { FleetMark } from '../components/fleet-mark.tsx';
import { countText, figureText } from '../format.ts';
import { announce } from '../shell/announce.tsx';
import { moveFleet } from '../state/fleet-order.ts';
import { FleetActions } from './fleet-actions.tsx';

export function VerdictStrip({ workload }: { readonly workload: WorkloadComparison }) {
  const ref = useRef<HTMLUListElement>(null);
  const moved = useRef<{ readonly name: string; readonly by: number } | null>(null);
  const { fleets } = workload;
  const order = fleets.map(({ name }) => name).join('\n');
  // The keyboard stays with the fleet that it moves, also where that is now the first or the last one.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the order is what moves the buttons
  useEffect(() => {
    if (moved.current === null) return;
    const { name, by } = moved.current;
    moved.current = null;
    const buttons = [...(ref.current?.querySelectorAll<HTMLElement>('button[data-move]') ?? [])];
    const own = buttons.filter(({ dataset }) => dataset['of'] === name);
    (own.find(({ dataset }) => dataset['move'] === String(by)) ?? own[0])?.focus();
  }, [order]);
  const move = (name: string, by: number): void => {
    moved.current = { name, by };
    if (moveFleet(name, (from) => from + by)) announce(`${name} moved ${by < 0 ? 'earlier' : 'later'}.`);
  };
  return (
    <ul className="verdicts" aria-label="Verdicts" ref={ref}>
      {fleets.map((fleet, index) => (
        <li
          key={fleet.name}
          onDragOver={(event) => event.dataTransfer.types.includes(DRAGGED) && event.preventDefault()}
          onDrop={(event) => {
            event.preventDefault();
            moveFleet(event.dataTransfer.getData(DRAGGED), () => index);
          }}
        >
          {/* biome-ignore lint/a11y/noStaticElementInteractions: the buttons below do the same by keys */}
          <span
            className="handle"
            title="Drag onto another fleet to take its place"
            draggable
            onDragStart={(event) => event.dataTransfer.setData(DRAGGED, fleet.name)}
          >
            <FleetMark index={index} letter={fleet.letter} />
            <span className="fleet-name">{fleet.name}</span>
          </span>
          <span className="fleet-cost">
            {figureText(fleet.report.cost.perHour, 'usdPerHour')}, {countText(fleet.gpus)} GPU
            {fleet.gpus === 1 ? '' : 's'}
          </span>
          <Verdict fleet={fleet} isBest={fleet.name === workload.best} />
          <FleetActions index={index} name={fleet.name}>
            {index > 0 && <MoveButton name={fleet.name} by={-1} move={move} />}
            {index < fleets.length - 1 && <MoveButton name={fleet.name} by={1} move={move} />}
          </FleetActions>
        </li>
      ))}
    </ul>
  );
}

/** Kind of what is dragged: nothing else may be dropped on a fleet. */
const DRAGGED = 'application/x-drydock-fleet';

interface MoveButtonProps {
  readonly name: string;
  /** -1: earlier, 1: later. */
  readonly by: -1 | 1;
  readonly move: (name: string, by: number) => void;
}

function MoveButton({ name, by, move }: MoveButtonProps) {
  return (
    <button type="button" className="link" data-move={by} data-of={name} onClick={() => move(name, by)}>
      {by < 0 ? 'Earlier' : 'Later'}
      <span className="visually-hidden"> in the order: {name}</span>
    </button>
  );
}

function Verdict({ fleet, isBest }: { readonly fleet: FleetOutcome; readonly isBest: boolean }) {
  const { verdict, checks } = fleet.report.slo;
  switch (verdict) {
    case 'meets':
      return (
        <span className="verdict">
          {'\u2713'} meets the SLO{isBest && <strong>, best</strong>}
        </span>
      );
    case 'none':
      return <span className="verdict">no SLO set</span>;
    case 'fails':
      return (
        <span className="verdict fails">
          {'\u2715'} fails {checksText(checks, 'fails')}
        </span>
      );
    case 'cannotTell':
      return (
        <span className="verdict unsure">
          cannot tell: {checksText(checks, 'cannotTell')}; more seeds may
        </span>
      );
  }
}

function checksText(checks: readonly SloCheck[], verdict: SloCheck['verdict']): string {
  return checks
    .filter((check) => check.verdict === verdict)
    .map(
      ({ metric, value }) => `${checkLabel(metric)} ${figureText(value, findFigure(metric)?.unit ?? 'ms')}`,
    )
    .join(', ');
}
