/** What a user sees when the command cannot go on: one block that names file, field, found and allowed. */
import { ConfigError, type ConfigProblem } from '../../src/core/check.ts';
import { EXIT, type ExitCode, Stop } from './exit-codes.ts';

/** Text for stderr and the exit code of whatever was thrown. Stack traces are for our own defects only. */
export function explain(error: unknown): { readonly text: string; readonly code: ExitCode } {
  if (error instanceof Stop) return { text: error.message, code: error.code };
  if (error instanceof ConfigError) {
    return { text: error.problems.map(problemBlock).join('\n'), code: EXIT.invalidInput };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { text: `internal error, a defect of drydock:\n${stack}`, code: EXIT.internalError };
}

function problemBlock(problem: ConfigProblem): string {
  const lines = [`error: ${problem.file ?? 'input'}`];
  if (problem.path !== '') lines.push(`  field    ${problem.path}`);
  lines.push(`  found    ${problem.found}`, `  allowed  ${problem.expected}`);
  return lines.join('\n');
}
