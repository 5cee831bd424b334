/** What is wrong with a document or a file: place, what was found, what is allowed; read out as soon as it is there. */
import type { ConfigProblem } from '../../src/core/check.ts';

interface ProblemListProps {
  readonly problems: readonly ConfigProblem[];
  /** Place of a problem that is of the whole. */
  readonly whole?: string;
}

export function ProblemList({ problems, whole = '' }: ProblemListProps) {
  return (
    <div role="alert" className="problem-box">
      <ul className="problems">
        {problems.map((problem) => (
          <li key={`${problem.file ?? ''} ${problem.path} ${problem.found}`}>
            <ProblemText problem={problem} whole={whole} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function ProblemText({ problem, whole }: { readonly problem: ConfigProblem; readonly whole: string }) {
  const { file, path, found, expected } = problem;
  const place = [file, path].filter((part) => part !== undefined && part !== '').join(', ') || whole;
  return (
    <>
      {place !== '' && <code>{place}</code>}
      {`${place === '' ? '' : ': '}found ${found}; expected ${expected}`}
    </>
  );
}
