/** Whether figures that were computed here are those that somebody else has computed for the same documents. */
import { agreement, type Expected } from '../state/expected.ts';

export function AgreementWords({
  own,
  expected,
  where,
}: {
  readonly own: Expected;
  readonly expected: Expected;
  /** By whom or when, e.g. `when this page was built`. */
  readonly where: string;
}) {
  switch (agreement(own, expected)) {
    case 'same':
      return `The same figures came out ${where}.`;
    case 'otherEngine':
      return `Other figures came out ${where}, with engine ${expected.engineDigest}.`;
    case 'differs':
      return (
        <span className="verdict fails">
          Other figures came out {where}, with the same engine: that is a defect of Drydock.
        </span>
      );
  }
}
