/** When no fleet will do: what would let one through, each found by running it, and the fleets that came nearest. */
import type { PlanReport, Relaxation } from '../../sim/planner/report.ts';
import type { Plan } from '../../sim/planner/schema.ts';
import { ScrollTable } from '../components/scroll-table.tsx';
import { figureText, sentence } from '../format.ts';
import { putDocument } from '../state/document-store.ts';
import { FleetName } from './candidate-table.tsx';
import { rateOf } from './plan-fields.ts';
import { amount, capitalised, constraintLabel, shortFleet } from './plan-words.ts';
import { relaxed } from './relaxed.ts';

export function Infeasible({ report, plan }: { readonly report: PlanReport; readonly plan: Plan }) {
  return (
    <>
      <section aria-labelledby="relax">
        <h2 id="relax">The least that would change it</h2>
        {report.relaxations.length === 0 ? (
          <p>No change of a single constraint that was tried lets a fleet through.</p>
        ) : (
          <ul className="relaxations">
            {report.relaxations.map((one) => (
              <RelaxationLine key={one.constraint} relaxation={one} plan={plan} />
            ))}
          </ul>
        )}
      </section>
      {report.nearestMisses.length > 0 && (
        <section aria-labelledby="misses">
          <h2 id="misses">Nearest misses</h2>
          <ScrollTable label="Nearest misses">
            <thead>
              <tr>
                <th scope="col">Fleet</th>
                <th scope="col">GPUs</th>
                <th scope="col">Cost</th>
                <th scope="col" className="words wide-only">
                  Why not
                </th>
              </tr>
            </thead>
            <tbody>
              {report.nearestMisses.map((one) => (
                <tr key={one.fleet}>
                  <th scope="row" className="fleet-cell">
                    <FleetName name={one.fleet} why={sentence(one.detail)} />
                  </th>
                  <td>{one.gpus}</td>
                  <td>{figureText(one.costPerHour, 'usdPerHour')}</td>
                  <td className="words wide-only">{sentence(one.detail)}</td>
                </tr>
              ))}
            </tbody>
          </ScrollTable>
        </section>
      )}
    </>
  );
}

function RelaxationLine({ relaxation, plan }: { readonly relaxation: Relaxation; readonly plan: Plan }) {
  const { constraint, from, to, fleet } = relaxation;
  const next = relaxed(plan, relaxation);
  const rate = constraint === 'workload.rate' ? rateOf(plan) : null;
  const inWords = (value: number): string =>
    rate === null ? sentence(amount(constraint, value)) : figureText(rate * value, 'perS');
  return (
    <li>
      <span>
        <strong>{capitalised(constraintLabel(constraint))}</strong>: {inWords(from)} → {inWords(to)} lets{' '}
        {shortFleet(fleet)} through
      </span>
      {next !== null && (
        <button type="button" onClick={() => putDocument('plan', next)}>
          Take this
        </button>
      )}
    </li>
  );
}
