/** What every source of a catalogue entry must have. */
import { expect } from 'vitest';
import type { Source } from '../../models/schema.ts';

/** A reference one can follow and a real day. */
export function expectSources(sources: readonly Source[]): void {
  expect(sources.length).toBeGreaterThan(0);
  for (const source of sources) {
    expect(source.ref.length).toBeGreaterThan(10);
    expect(source.date).toMatch(/^20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/);
  }
}
