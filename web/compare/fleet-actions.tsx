/** What can be done with one fleet of the comparison: ask why its users wait, or take it away as files. */
import { type ReactNode, useState } from 'react';
import type { Comparison, Scenario } from '../../sim/scenario/schema.ts';
import { ExportDialog } from '../components/export-dialog.tsx';
import { openScreen } from '../state/address.ts';
import { useScenario } from '../state/document-store.ts';
import { useView } from '../state/view-store.ts';

interface FleetActionsProps {
  readonly index: number;
  readonly name: string;
  /** Further buttons. */
  readonly children?: ReactNode;
}

export function FleetActions({ index, name, children }: FleetActionsProps) {
  const [scenario, setScenario] = useState<Scenario | null>(null);
  const inspect = (): void => {
    useView.setState({ fleet: index, request: null, instance: null });
    openScreen('inspect');
  };
  return (
    <span className="fleet-actions">
      <button type="button" className="link" onClick={inspect}>
        Why<span className="visually-hidden"> do users of {name} wait</span>?
      </button>
      <button
        type="button"
        className="link"
        data-save={String.fromCharCode(65 + index)}
        onClick={() => setScenario(scenarioOf(useScenario.getState().document as Comparison, index))}
      >
        Save…<span className="visually-hidden"> {name}</span>
      </button>
      {children}
      {scenario !== null && (
        <ExportDialog name={name} scenario={scenario} onClose={() => setScenario(null)} />
      )}
    </span>
  );
}

/** The fleet as a scenario of its own, under the comparison's traffic. */
export function scenarioOf(comparison: Comparison, index: number): Scenario {
  const { fleets, workloads: _, router, ...common } = comparison;
  const { name: __, router: own = router, ...fleet } = fleets[index]!;
  return { ...common, fleet, ...(own === undefined ? {} : { router: own }) };
}
