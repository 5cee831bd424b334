/** What a call that must fail says of the user's input. */
import { ConfigError } from '../src/core/check.ts';

/** Message of the ConfigError that `run` throws; any other error, or none, fails the test. */
export function complaint(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('nothing was thrown');
}
