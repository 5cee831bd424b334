/** Whether caching works, and whether the network is the limit: shares over the time of the run. */
import type { Recording } from '../../sim/inspect/recording.ts';
import type { Report } from '../../sim/metrics/report.ts';
import { LineChart, type ShareLine } from '../charts/line-chart.tsx';
import { fleetDash } from '../components/fleet-mark.tsx';
import { percentText } from '../format.ts';
import type { TimeWindow } from './timeline-rows.ts';

interface SeriesProps {
  readonly recording: Recording;
  readonly report: Report;
  readonly window: TimeWindow;
}

export function CacheHits({ recording, report, window }: SeriesProps) {
  const { atUs, queriedTokens, hitTokens } = recording.moments;
  const values = Float64Array.from(atUs, (_, m) => hitTokens[m]! / queriedTokens[m]!);
  const tiers = (report.cache.tiers ?? []).map((tier) => `${tier.kind} ${percentText(tier.hitRate)}`);
  const byTier = tiers.length === 0 ? '' : ` By tier: ${tiers.join(', ')}.`;
  return (
    <LineChart
      title="Is caching working?"
      about="cache"
      note={`Prompt tokens found in a cache at first admission, of those looked up: ${percentText(report.cache.hitRate)} over the run.${byTier}`}
      lines={[{ name: 'found', colour: 'var(--transfer)', dash: '', values }]}
      {...axisOf(recording, window)}
    />
  );
}

/** Equal links are one line, the busiest of them at each moment. */
export function LinkUse({ recording, window }: SeriesProps) {
  const { links, moments } = recording;
  const names = [...new Set(links)];
  const lines = names.map((name, index): ShareLine => {
    const own = links.flatMap((link, l) => (link === name ? [l] : []));
    const values = Float64Array.from(moments.atUs, (_, m) =>
      own.reduce((most, l) => Math.max(most, moments.link[m * links.length + l]!), 0),
    );
    return {
      name,
      colour: index % 2 === 0 ? 'var(--transfer)' : 'var(--fleet-d)',
      dash: fleetDash(index),
      values,
    };
  });
  const used = lines.filter(({ values }) => Array.from(values).some((value) => value > 0));
  if (used.length === 0) return null;
  return (
    <LineChart
      title="Is the network the limit?"
      about="links"
      note="Carried bytes over what the link could have carried; of equal links the busiest."
      lines={used}
      {...axisOf(recording, window)}
    />
  );
}

function axisOf({ moments }: Recording, { fromUs, toUs }: TimeWindow) {
  return { atS: Array.from(moments.atUs, (us) => us / 1e6), fromS: fromUs / 1e6, toS: toUs / 1e6 };
}
