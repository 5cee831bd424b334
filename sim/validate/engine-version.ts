/**
 * The vLLM version of a measured run. Files give it as a number, as a sentence around one, or only through a
 * date; the date then means the release that was current.
 */
import type { MeasuredCase } from './case.ts';

/** Releases by the month in which they were current. source: vLLM release page, 2026-11-22. */
const CURRENT: readonly (readonly [month: string, version: string])[] = [
  ['2025-01', '0.8'],
  ['2025-06', '0.9'],
  ['2025-08', '0.10'],
  ['2025-10', '0.11'],
  ['2025-12', '0.12'],
  ['2026-01', '0.14'],
  ['2026-02', '0.15'],
  ['2026-03', '0.17'],
  ['2026-04', '0.19'],
  ['2026-06', '0.22'],
  ['2026-08', '0.25'],
  ['2026-10', '0.27'],
];

/** Where nothing tells: between the oldest and the newest of the measured runs. */
const UNKNOWN = '0.19';
/** Oldest version that is modelled. */
const OLDEST = '0.8';

/** Version text that the engine's presets understand. */
export function engineVersion(measured: MeasuredCase): string {
  const text = measured.engine.version ?? '';
  const match = /(?:^|[^\d.])v?0\.(\d{1,2})(?:\.(\d+))?/.exec(text);
  if (match !== null && Number(match[1]) >= 8) {
    return match[2] === undefined ? `0.${match[1]}` : `0.${match[1]}.${match[2]}`;
  }
  if (text.startsWith('2023')) return OLDEST;
  const month = monthOf(text) ?? monthOf(datesOf(measured));
  if (month === undefined) return UNKNOWN;
  let version = OLDEST;
  for (const [from, current] of CURRENT) if (from <= month) version = current;
  return version;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** First date in a text as YYYY-MM. */
function monthOf(text: string): string | undefined {
  const iso = /20\d\d-\d\d/.exec(text);
  if (iso !== null) return iso[0];
  const words = /(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* (20\d\d)/i.exec(text);
  if (words === null) return undefined;
  return `${words[2]}-${String(MONTHS.indexOf(words[1]!.toLowerCase()) + 1).padStart(2, '0')}`;
}

function datesOf(measured: MeasuredCase): string {
  return (measured.measured.stages ?? [])
    .flatMap((stage) => stage.measured ?? [])
    .sort()
    .join(' ');
}
