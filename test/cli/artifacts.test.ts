/** Files for CI and readers: JUnit, step summary, HTML. */
import { describe, expect, test } from 'vitest';
import { summaryText } from '../../sim/cli/artifacts.ts';
import { gatePlot } from '../../sim/cli/gate-plot.ts';
import { type CheckCase, junitXml } from '../../sim/cli/junit.ts';
import { htmlReport } from '../../sim/export/report/html.ts';
import type { Block } from '../../sim/export/report/report-tables.ts';
import type { GateReport, GateRow } from '../../sim/gate/gate.ts';

const CASES: readonly CheckCase[] = [
  { group: 'fleet', name: 'TTFT p95 <= 500 ms', verdict: 'passes', detail: 'value 94 ms' },
  { group: 'fleet', name: 'ITL "p99"', verdict: 'fails', detail: 'value 50 ms & more\u0001' },
  { group: 'fleet', name: 'within SLO', verdict: 'inconclusive', detail: 'value 95 ±2 %' },
];
const TABLE: Block = {
  title: 'Pools',
  header: ['pool', 'verdict'],
  textColumns: [1],
  rows: [['<b>x</b>', 'fails']],
};

test('JUnit: failures and undecided checks are counted apart, texts are escaped', () => {
  expect(junitXml('gate', CASES)).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="drydock" tests="3" failures="1" errors="1" skipped="0">
  <testsuite name="gate" tests="3" failures="1" errors="1" skipped="0">
    <testcase classname="fleet" name="TTFT p95 &lt;= 500 ms"><system-out>value 94 ms</system-out></testcase>
    <testcase classname="fleet" name="ITL &quot;p99&quot;"><failure type="threshold" message="value 50 ms &amp; more"/></testcase>
    <testcase classname="fleet" name="within SLO"><error type="inconclusive" message="value 95 ±2 %"/></testcase>
  </testsuite>
</testsuites>
`);
});

describe('HTML', () => {
  const html = htmlReport('<script>alert(1)</script>', 'It "fails".', ['a & b', TABLE]);

  test('names of users are text', () => {
    expect(html).not.toContain('<script');
    expect(html).not.toContain('<b>x</b>');
    expect(html).toContain('<title>&lt;script&gt;alert(1)&lt;/script&gt;</title>');
    expect(html).toContain('<td class="text bad">fails</td>');
  });

  test('asks for nothing from anywhere, and knows light and dark', () => {
    expect(html).not.toMatch(/\b(src|href)=|url\(|@import|https?:/);
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(html).toContain('prefers-color-scheme: dark');
    expect(html).toContain('color-scheme: light dark');
  });

  test('the answer stands first', () => {
    expect(html.indexOf('It &quot;fails&quot;.')).toBeLessThan(html.indexOf('a &amp; b'));
  });
});

describe('step summary', () => {
  test('is Markdown with the answer first', () => {
    expect(summaryText({ title: 'Gate', answer: 'Regression.', blocks: ['a line', TABLE] })).toBe(
      '## Gate\n\n**Regression.**\n\na line\n\n**Pools**\n\n| pool | verdict |\n| :-- | :-- |\n| <b>x</b> | fails |\n\n',
    );
  });

  test.each([1_000, 5_000, 900_000])('stays within %i bytes and says what was left out', (limit) => {
    const rows = Array.from({ length: 200 }, (_, i) => [`fleet ${i} é`, 'meets']);
    const blocks = Array.from({ length: 300 }, () => ({ header: ['fleet', 'verdict'], rows }));
    const text = summaryText({ title: 'Many', answer: 'Fine.', blocks }, limit);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limit);
    expect(text).toContain('**Fine.**');
    expect(text).toMatch(/_\d+ further tables are left out/);
  });
});

describe('plot of the gate', () => {
  const row = (
    metric: string,
    effect: number,
    interval: [number, number],
    verdict: GateRow['verdict'],
  ): GateRow => ({
    ...{ subject: '<a>', metric, base: 100, head: 100 + effect, effect, allowed: 2, verdict },
    interval: { low: interval[0], high: interval[1], confidence: 0.95 },
  });
  const plot = (rows: readonly GateRow[]): string => gatePlot({ rows } as unknown as GateReport);
  const xOf = (svg: string, pattern: RegExp): number => Number(pattern.exec(svg)![1]);

  test('worse is to the right, whichever way the figure is better; names are text', () => {
    const slower = plot([row('ttftMs.p95', 1, [0.5, 1.5], 'passes')]);
    const fewer = plot([row('throughput.outputTokensPerS', -1, [-1.5, -0.5], 'passes')]);
    expect(xOf(slower, /circle cx="([\d.]+)"/)).toBe(xOf(fewer, /circle cx="([\d.]+)"/));
    expect(xOf(slower, /circle cx="([\d.]+)"/)).toBeGreaterThan(xOf(slower, /class="rule" x1="([\d.]+)"/));
    expect(slower).toContain('&lt;a&gt;');
  });

  test('what is beyond the scale is an arrow at its edge; without a scale there is no plot', () => {
    expect(plot([row('ttftMs.p95', 100, [90, 110], 'regression')])).toContain('<polygon');
    expect(plot([{ ...row('ttftMs.p95', 1, [0, 2], 'passes'), allowed: 0 }])).toBe('');
  });
});
