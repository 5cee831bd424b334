/** One decision once more with each alternative in its place: what the request would have taken there, and the regret. */
import { useEffect, useRef, useState } from 'react';
import type { CounterfactualDecision, Course } from '../../sim/lab/counterfactuals.ts';
import { ScrollTable } from '../components/scroll-table.tsx';
import { figureText, sentence, UNKNOWN } from '../format.ts';
import { sandbox } from '../sandbox/client.ts';
import { useScenario } from '../state/document-store.ts';
import { usePlugin } from '../state/plugin-store.ts';

type Found =
  | { readonly kind: 'none' }
  | { readonly kind: 'running' }
  | { readonly kind: 'done'; readonly decision: CounterfactualDecision | null }
  | { readonly kind: 'failed'; readonly message: string };

let asked = 0;

export function Regret({ policy, request }: { readonly policy: string; readonly request: number }) {
  const [found, setFound] = useState<Found>({ kind: 'none' });
  const job = useRef<string | null>(null);
  useEffect(
    () => () => {
      if (job.current !== null) sandbox.cancel(job.current);
      job.current = null;
    },
    [],
  );
  const replay = async (): Promise<void> => {
    asked += 1;
    const jobId = `regret-${asked}`;
    job.current = jobId;
    setFound({ kind: 'running' });
    const { lab } = useScenario.getState();
    const outcome = await sandbox.labRegret(lab, policy, request, jobId, usePlugin.getState().sources);
    if (job.current !== jobId) return;
    job.current = null;
    if (outcome.status === 'done') setFound({ kind: 'done', decision: outcome.result });
    else if (outcome.status === 'failed') setFound({ kind: 'failed', message: outcome.message });
    else setFound({ kind: 'failed', message: 'The alternatives could not be simulated.' });
  };
  switch (found.kind) {
    case 'none':
      return (
        <p className="buttons">
          <button type="button" onClick={() => void replay()}>
            Replay it with each alternative
          </button>
        </p>
      );
    case 'running':
      return <p className="quiet-text">Simulating the alternatives…</p>;
    case 'failed':
      return <p className="notice">{found.message}</p>;
    case 'done':
      return found.decision === null ? (
        <p className="quiet-text">
          Nothing to replay: the request had no other instance to go to, was sent more than once, or never
          ended.
        </p>
      ) : (
        <Courses decision={found.decision} />
      );
  }
}

function Courses({ decision }: { readonly decision: CounterfactualDecision }) {
  const { picked, alternatives, ttftRegretMs, e2eRegretMs } = decision;
  return (
    <>
      <p role="status">
        {regretText('TTFT', ttftRegretMs)}; {regretText('E2E', e2eRegretMs)}. With hindsight, and of this
        request alone.
      </p>
      <ScrollTable label="The request on each instance">
        <thead>
          <tr>
            <th scope="col">Had it gone to</th>
            <th scope="col">TTFT</th>
            <th scope="col">less chosen</th>
            <th scope="col">E2E</th>
            <th scope="col">less chosen</th>
          </tr>
        </thead>
        <tbody>
          {[picked, ...alternatives].map((course) => (
            <tr key={course.endpoint}>
              <th scope="row">
                {course.endpoint}
                {course === picked ? ', chosen' : ''}
              </th>
              <td>{figureText(course.ttftMs, 'ms')}</td>
              <td>{course === picked ? '' : lessText(course, picked, 'ttftMs')}</td>
              <td>{figureText(course.e2eMs, 'ms')}</td>
              <td>{course === picked ? '' : lessText(course, picked, 'e2eMs')}</td>
            </tr>
          ))}
        </tbody>
      </ScrollTable>
    </>
  );
}

function regretText(name: string, regretMs: number | null): string {
  if (regretMs === null) return `${name} regret not known`;
  return regretMs === 0
    ? `No ${name} regret: nothing tried was better`
    : `${name} regret ${figureText(regretMs, 'ms')}`;
}

function lessText(course: Course, picked: Course, of: 'ttftMs' | 'e2eMs'): string {
  const [own, chosen] = [course[of], picked[of]];
  if (own === null || chosen === null) return UNKNOWN;
  const text = figureText(own - chosen, 'ms');
  return sentence(own > chosen ? `+${text}` : text);
}
