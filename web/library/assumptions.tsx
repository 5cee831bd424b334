/** What every figure rests on, in plain words, and what it does not hold. */
import { Validation } from './validation.tsx';

const ASSUMPTIONS: readonly { readonly title: string; readonly text: string }[] = [
  {
    title: 'Step times',
    text: 'Physics with an efficiency per operator that was measured on kernels of known GPUs, plus the framework’s own overhead by engine and version. On a GPU or model that was never profiled the mean of its generation is taken; results then say “outside of what was measured”.',
  },
  {
    title: 'Intervals',
    text: 'Student-t over seeds, at 95 %. They hold the noise of the traffic. They do not hold the error of the latency model, nor that of the forecast of your traffic.',
  },
  {
    title: 'Comparisons',
    text: 'Fleets of a comparison, and policies of a lab, see the same requests with the same lengths at the same times. Differences are taken seed by seed. Where an interval includes zero, no difference is shown, and none is claimed.',
  },
  {
    title: 'Percentiles',
    text: 'Exact up to 100,000 observations, then to 0.1 %. ITL counts every gap between two tokens; TPOT is a mean per request.',
  },
  {
    title: 'Prices',
    text: 'Public list prices per GPU and hour with their source and date, whole replicas. A scenario may name its own.',
  },
  {
    title: 'Determinism',
    text: 'The same document and seed give the same bytes in this page, in a terminal and on any machine, as long as the engine’s digest is the same. A link carries the fingerprints of what its sender saw.',
  },
  {
    title: 'Privacy',
    text: 'Nothing leaves this tab: the page’s own security policy allows no connection at all. Documents travel in the part of the address behind #, which browsers never send.',
  },
];

export function Assumptions() {
  return (
    <>
      <section aria-labelledby="assumptions">
        <h2 id="assumptions">What every figure rests on</h2>
        <dl className="assumptions">
          {ASSUMPTIONS.map(({ title, text }) => (
            <div key={title}>
              <dt>{title}</dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
      </section>
      <Validation />
    </>
  );
}
