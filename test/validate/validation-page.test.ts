/** The committed validation: page and summary say the same, and hold no measurement. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CORRECTIONS } from '../../sim/latency/calibration.ts';
import { errorPlot } from '../../sim/validate/error-plot.ts';
import { whyFarOff } from '../../sim/validate/validation-notes.ts';
import { validationPage } from '../../sim/validate/validation-page.ts';
import type { ValidationSummary } from '../../sim/validate/validation-summary.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const summary = JSON.parse(read('models/validation.json')) as ValidationSummary;

describe('the validation page', () => {
  test('is what the committed summary makes (npm run validation)', () => {
    expect(read('docs/validation.md')).toBe(validationPage(summary, 'validation-errors.svg'));
    expect(read('docs/validation-errors.svg')).toBe(errorPlot(summary));
  });

  test('shows every goal, every correction, both leave-outs and the peers', () => {
    const page = read('docs/validation.md');
    for (const correction of CORRECTIONS) expect(page).toContain(`| ${correction} |`);
    expect(summary.leaveOut.map((one) => one.by).sort()).toEqual(['gpu', 'model']);
    expect(summary.peers.length).toBeGreaterThan(10);
    expect(page.match(/^\| (tier:1|tier:2|pd) \| [a-zA-Z0-9.]+ \|/gm)).toHaveLength(9);
  });

  test('explains each of the ten worst cases', () => {
    expect(summary.worst).toHaveLength(10);
    for (const { id } of summary.worst) expect(whyFarOff(id)).not.toBe('Not understood.');
  });

  test('the summary is small enough to ship to a browser', () => {
    expect(read('models/validation.json').length).toBeLessThan(120e3);
  });
});
