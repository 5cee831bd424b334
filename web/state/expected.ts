/**
 * Figures that somebody else has computed for the same documents: the build, for the page's own defaults, or the sender of
 * a link. The page computes them again and says whether they agree; the same scenario and seeds give the same bytes, so
 * fingerprints must be equal wherever the engine is.
 */
import { create } from 'zustand';
import type { ComparisonReport } from '../../sim/compare/comparison-report.ts';

export interface Expected {
  readonly engineDigest: string;
  readonly fingerprints: readonly string[];
}

export const useExpected = create<{
  /** Of the link that the page was opened with, and the documents that it is about. */
  readonly link: (Expected & { readonly key: string }) | null;
}>()(() => ({ link: null }));

export function expectedOf(report: ComparisonReport): Expected {
  return {
    engineDigest: report.engineDigest,
    fingerprints: report.workloads.flatMap(({ fleets }) => fleets.map((fleet) => fleet.report.fingerprint)),
  };
}

/** As a parameter of an address. */
export function expectedText({ engineDigest, fingerprints }: Expected): string {
  return [engineDigest, ...fingerprints].join('.');
}

/** Reads the parameter; null where there is none or it is none. */
export function readExpected(text: string | null): Expected | null {
  const [engineDigest, ...fingerprints] = text?.split('.') ?? [];
  if (engineDigest === undefined || fingerprints.length === 0) return null;
  if (![engineDigest, ...fingerprints].every((part) => /^[0-9a-f]{4,64}$/.test(part))) return null;
  return { engineDigest, fingerprints };
}

export type Agreement = 'same' | 'otherEngine' | 'differs';

/** How what was computed here compares with what was expected. */
export function agreement(own: Expected, expected: Expected): Agreement {
  if (own.fingerprints.join() === expected.fingerprints.join()) return 'same';
  return own.engineDigest === expected.engineDigest ? 'differs' : 'otherEngine';
}
