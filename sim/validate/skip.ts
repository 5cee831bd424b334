/** A case that cannot be predicted, and why. Not an error: the reason is part of the answer. */

/** Thrown while a case is set up; caught where cases are run. */
export class CaseSkipped extends Error {
  override readonly name = 'CaseSkipped';
}

/** Gives up on a case. */
export function skip(reason: string): never {
  throw new CaseSkipped(reason);
}
