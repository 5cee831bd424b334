/** One decision at a time: who could have been chosen, what each scorer said of them, and who was. */
import { useEffect, useState } from 'react';
import type { LabReport } from '../../sim/lab/lab-report.ts';
import type { ShownDecision } from '../../sim/worker/lab-worker.ts';
import { ScrollTable } from '../components/scroll-table.tsx';
import { countText, figureText } from '../format.ts';
import { sandbox } from '../sandbox/client.ts';
import { useScenario } from '../state/document-store.ts';
import { usePlugin } from '../state/plugin-store.ts';
import { Regret } from './regret.tsx';

export function DecisionInspector({ report }: { readonly report: LabReport }) {
  const policies = [...new Set(report.cells.map(({ policy }) => policy))];
  const [policy, setPolicy] = useState(policies.at(-1)!);
  const key = report.engineDigest + report.seeds.join();
  const chosen = policies.includes(policy) ? policy : policies[0]!;
  const { decisions, problem } = useDecisions(chosen, key);
  const [at, setAt] = useState(0);
  const decision = decisions?.[Math.min(at, decisions.length - 1)];
  return (
    <section aria-labelledby="decisions">
      <h2 id="decisions">Decisions</h2>
      <div className="filters">
        <label className="inline-field">
          Policy
          <select value={chosen} onChange={(event) => setPolicy(event.target.value)}>
            {policies.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        {decisions !== null && decisions.length > 0 && (
          <label className="inline-field">
            Decision, 1 to {countText(decisions.length)}
            <input
              type="number"
              min={1}
              max={decisions.length}
              value={Math.min(at, decisions.length - 1) + 1}
              onChange={(event) => setAt(Math.max(0, Number(event.target.value) - 1))}
            />
          </label>
        )}
      </div>
      {problem !== null && <p className="notice">{problem}</p>}
      {decisions === null && problem === null && <p className="quiet-text">Simulating the decisions…</p>}
      {decisions?.length === 0 && <p className="quiet-text">This policy records no decisions.</p>}
      {decision !== undefined && <Decision decision={decision} />}
      {decision !== undefined && decision.refused === null && (
        <Regret key={`${key} ${chosen} ${decision.request}`} policy={chosen} request={decision.request} />
      )}
    </section>
  );
}

interface Decisions {
  readonly decisions: readonly ShownDecision[] | null;
  readonly problem: string | null;
}

let asked = 0;

/** Runs the policy once more and keeps what its router decided; `key`: of the report that it belongs to. */
function useDecisions(policy: string, key: string): Decisions {
  const [found, setFound] = useState<Decisions>({ decisions: null, problem: null });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another report is another lab
  useEffect(() => {
    let isGone = false;
    asked += 1;
    const jobId = `decisions-${asked}`;
    setFound({ decisions: null, problem: null });
    const { lab } = useScenario.getState();
    void sandbox.labDecisions(lab, policy, jobId, usePlugin.getState().sources).then((outcome) => {
      if (isGone) return;
      if (outcome.status === 'done') setFound({ decisions: outcome.result, problem: null });
      else if (outcome.status === 'failed') setFound({ decisions: null, problem: outcome.message });
      else setFound({ decisions: null, problem: 'The decisions could not be simulated.' });
    });
    return () => {
      isGone = true;
      sandbox.cancel(jobId);
    };
  }, [policy, key]);
  return found;
}

function Decision({ decision }: { readonly decision: ShownDecision }) {
  return (
    <>
      <p>
        Request {decision.request}, {countText(decision.promptTokens)} prompt tokens, at{' '}
        {figureText(decision.atUs / 1e6, 's')}
        {decision.refused === null ? '' : `: refused, ${decision.refused}`}
      </p>
      {decision.profiles.map((profile) => (
        <ScrollTable key={profile.profile} label={`Profile ${profile.profile}`}>
          <thead>
            <tr>
              <th scope="col">{profile.profile}</th>
              {profile.scorers.map(({ plugin, weight }) => (
                <th key={plugin} scope="col">
                  {plugin}
                  <span className="under">weight {weight}</span>
                </th>
              ))}
              <th scope="col">Total</th>
              <th scope="col">Seen ago</th>
              <th scope="col">Chosen</th>
            </tr>
          </thead>
          <tbody>
            {profile.candidates.map((candidate, i) => {
              const age = profile.stateAgesMs[i]!;
              return (
                <tr key={candidate}>
                  <th scope="row">{candidate}</th>
                  {profile.scorers.map(({ plugin, scores }) => (
                    <td key={plugin}>{scores[i]!.toFixed(3)}</td>
                  ))}
                  <td>{(profile.totals[i] ?? 0).toFixed(3)}</td>
                  <td>{Number.isFinite(age) ? figureText(age, 'ms') : 'never'}</td>
                  <td>{profile.picked[0] === candidate ? 'chosen' : ''}</td>
                </tr>
              );
            })}
          </tbody>
        </ScrollTable>
      ))}
    </>
  );
}
