/** Exit codes of the command, the same for every subcommand. */
export const EXIT = {
  pass: 0,
  internalError: 1,
  invalidInput: 2,
  thresholdFailed: 3,
  regression: 4,
  inconclusive: 5,
  cancelled: 6,
  infeasible: 7,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends the command with a code and a line on stderr: an expected outcome, not an error. */
export class Stop extends Error {
  override readonly name = 'Stop';
  readonly code: ExitCode;

  constructor(code: ExitCode, message: string) {
    super(message);
    this.code = code;
  }
}
