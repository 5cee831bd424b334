/** Why the first token takes as long as it does: the finding, its evidence, and what it comes from, for slow and for all. */
import type { Recording } from '../../sim/inspect/recording.ts';
import type { Report } from '../../sim/metrics/report.ts';
import type { Bar } from '../charts/parts.ts';
import { PHASE_PARTS } from '../charts/phase-parts.ts';
import { countText, figureText } from '../format.ts';
import { useView } from '../state/view-store.ts';
import { PhaseBars } from '../why/phase-bars.tsx';
import { TTFT_BANDS, type TtftBand, ttftBand } from './cohort.ts';
import { whyWords } from './why-words.ts';

interface WhyDrawerProps {
  readonly report: Report;
  readonly recording: Recording;
}

export function WhyDrawer({ report, recording }: WhyDrawerProps) {
  const bars = report.attribution.ttftMs.map(
    ({ band, n, meanMs, parts }): Bar => ({
      key: band,
      label: band === 'all' ? 'all requests' : band.replace('-', '–'),
      values: PHASE_PARTS.map(({ id }) => parts[id as keyof typeof parts]),
      total: `${figureText(meanMs, 'ms')}${n < 20 ? `, of ${countText(Math.ceil(n))} request${n > 1 ? 's' : ''}` : ''}`,
    }),
  );
  return (
    <details className="why" open>
      <summary>Why does the first token take {figureText(report.ttftMs.p95, 'ms')} at p95?</summary>
      {whyWords(report).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <CohortButtons recording={recording} />
      <PhaseBars title="By cohort of time to first token" bars={bars} of="Cohort" />
    </details>
  );
}

/** From a cohort of the explanation to its requests: the views below are narrowed to it. */
function CohortButtons({ recording }: { readonly recording: Recording }) {
  const show = (band: TtftBand): void => {
    const cohort = ttftBand(recording, band);
    if (cohort !== null) useView.setState({ cohort });
  };
  return (
    <p className="buttons">
      <span>Show below only the requests of</span>
      {TTFT_BANDS.map((band) => (
        <button key={band.name} type="button" onClick={() => show(band)}>
          {band.name}
        </button>
      ))}
    </p>
  );
}
