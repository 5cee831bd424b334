/** One request from arrival to end: where its time went, phase by phase. */
import type { Recording } from '../../sim/inspect/recording.ts';
import { PHASE_PARTS } from '../charts/phase-parts.ts';
import { countText, figureText } from '../format.ts';
import { useView } from '../state/view-store.ts';
import { type InspectedRequest, requestAt, rowOf } from './requests.ts';

export function RequestDetails({ recording }: { readonly recording: Recording }) {
  const id = useView((state) => state.request);
  if (id === null) return null;
  const row = rowOf(recording, id);
  return (
    <section aria-labelledby="request" className="request-details">
      <div className="help-head">
        <h2 id="request">Request {id}</h2>
        <button type="button" onClick={() => useView.setState({ request: null })}>
          Close
        </button>
      </div>
      {row < 0 ? (
        <p>This run has no request of that number.</p>
      ) : (
        <Course request={requestAt(recording, row)} />
      )}
    </section>
  );
}

function Course({ request }: { readonly request: InspectedRequest }) {
  const ms = (us: number): string => figureText(us / 1e3, 'ms');
  let atUs = request.arrivalUs;
  const phases = PHASE_PARTS.map((part, i) => {
    const startUs = atUs;
    atUs += request.phasesUs[i]!;
    return { ...part, startUs, us: request.phasesUs[i]! };
  }).filter(({ us }) => us > 0);
  return (
    <>
      <p>
        {countText(request.promptTokens)} prompt tokens, {countText(request.cachedTokens)} of them cached;{' '}
        {countText(request.outputTokens)} answered.{' '}
        {request.ending === 'completed' ? '' : `It ${request.ending}. `}
        {request.prefillEndpoint !== null && <>Prefilled by {request.prefillEndpoint}, answered</>}
        {request.prefillEndpoint === null && <>Answered</>} by {request.endpoint ?? 'nobody'}
        {request.preemptions > 0 && `; preempted ${request.preemptions} times`}. First token after{' '}
        {ms(request.ttftUs)}, last after {ms(request.e2eUs)}.
      </p>
      <table>
        <caption className="visually-hidden">Phases of request {request.id}</caption>
        <thead>
          <tr>
            <th scope="col">Phase</th>
            <th scope="col">From</th>
            <th scope="col">Took</th>
            <th scope="col">Share</th>
          </tr>
        </thead>
        <tbody>
          {phases.map((phase) => (
            <tr key={phase.id}>
              <th scope="row">
                <span className="swatch" style={{ background: phase.colour }} /> {phase.name}
              </th>
              <td>{ms(phase.startUs)}</td>
              <td>{ms(phase.us)}</td>
              <td>{figureText(phase.us / request.e2eUs, 'share', 2)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
