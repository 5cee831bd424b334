/**
 * The affine calibration: a step lasts `baseUs + s perSequenceUs + p perPrefillTokenUs + c
 * perContextTokenUs`, where s counts its sequences, p its prompt tokens (recomputed ones too; a decode's one
 * token is not in p, its drafts are) and c sums every scheduled sequence's KV length once the step is done. Every request
 * pays `frontEndUs` before it is queued. For theory tests and outside oracles, so the terms are added in
 * exactly that order.
 */
import type { DecodeTerms, StepModel, StepShape } from './step-model.ts';

/** Coefficients, all µs. */
export interface AffineCoefficients {
  readonly baseUs: number;
  readonly perSequenceUs: number;
  readonly perPrefillTokenUs: number;
  readonly perContextTokenUs: number;
  readonly frontEndUs: number;
}

/** The step model of given coefficients. */
export function affineStepModel(c: AffineCoefficients): StepModel {
  return {
    provenance: {
      calibration: 'affine',
      extrapolated: false,
      notes: ['Step times are those of the scenario.'],
    },
    prefillChunkUs(): number {
      return 0;
    },
    stepUs(shape: Readonly<StepShape>): number {
      const sequences = shape.decodeSequences + shape.prefillChunks;
      const contextTokens = shape.decodeContextTokens + shape.prefillContextTokens;
      return (
        c.baseUs +
        sequences * c.perSequenceUs +
        (shape.prefillTokens + shape.draftTokens) * c.perPrefillTokenUs +
        contextTokens * c.perContextTokenUs
      );
    },
    decodeTerms(sequences: number, _contextTokens: number, out: DecodeTerms): void {
      out.baseUs = c.baseUs + sequences * c.perSequenceUs;
      out.perContextUs = c.perContextTokenUs;
      out.validToContext = Number.POSITIVE_INFINITY;
    },
    frontEndUs(): number {
      return c.frontEndUs;
    },
  };
}
