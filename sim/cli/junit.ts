/**
 * Checks as JUnit XML, which CI systems show. A failed check is a failure, an undecided one an error of type `inconclusive`:
 * neither is silent.
 * source: https://github.com/testmoapp/junitxml (read 2026-11-28)
 */

/** One check. */
export interface CheckCase {
  /** What it is about, e.g. the scenario. */
  readonly group: string;
  readonly name: string;
  readonly verdict: 'passes' | 'fails' | 'inconclusive';
  /** Value, limit, interval: what a reader needs. */
  readonly detail: string;
}

/** The XML of one suite. */
export function junitXml(suite: string, cases: readonly CheckCase[]): string {
  const count = (verdict: CheckCase['verdict']): number =>
    cases.filter((one) => one.verdict === verdict).length;
  const totals = `tests="${cases.length}" failures="${count('fails')}" errors="${count('inconclusive')}" skipped="0"`;
  const lines = cases.map((one) => `    ${caseXml(one)}`);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="drydock" ${totals}>`,
    `  <testsuite name="${xml(suite)}" ${totals}>`,
    ...lines,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function caseXml({ group, name, verdict, detail }: CheckCase): string {
  const open = `<testcase classname="${xml(group)}" name="${xml(name)}"`;
  if (verdict === 'passes') return `${open}><system-out>${xml(detail)}</system-out></testcase>`;
  const message = `message="${xml(detail)}"`;
  if (verdict === 'fails') return `${open}><failure type="threshold" ${message}/></testcase>`;
  return `${open}><error type="inconclusive" ${message}/></testcase>`;
}

/** Text as XML text, without the control characters that XML does not have. */
function xml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML 1.0 forbids.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll('\n', '&#10;')
  );
}
