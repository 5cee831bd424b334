/** What comparisons have said in this browser, newest first, and the way back to each. */
import { ScrollTable } from '../components/scroll-table.tsx';
import { sentence } from '../format.ts';
import { openScreen } from '../state/address.ts';
import { putScenario } from '../state/document-store.ts';
import { remove } from '../state/library-store.ts';
import { useLibrary } from '../state/shelves.ts';

export function Runs() {
  const runs = useLibrary((state) => state.runs);
  const newest = [...runs].sort(([, a], [, b]) => (a.at < b.at ? 1 : -1));
  return (
    <section aria-labelledby="runs">
      <h2 id="runs">Comparisons that were run here</h2>
      {newest.length === 0 ? (
        <p>
          None yet: whatever <a href="#/compare">Compare</a> finishes is remembered here.
        </p>
      ) : (
        <ScrollTable label="Runs">
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col" className="text">
                Name
              </th>
              <th scope="col">Seeds</th>
              <th scope="col" className="text">
                Engine
              </th>
              <th scope="col" className="words">
                Answer
              </th>
              <th scope="col">
                <span className="visually-hidden">Open or forget</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {newest.map(([key, run]) => (
              <tr key={key}>
                <th scope="row">{run.at.slice(0, 16).replace('T', ' ')}</th>
                <td className="text">{run.name}</td>
                <td>{run.seeds}</td>
                <td className="text">
                  <code>{run.engineDigest}</code>
                </td>
                <td className="words">{sentence(run.sentence)}</td>
                <td className="row-actions">
                  <button
                    type="button"
                    onClick={() => {
                      putScenario({ document: run.document, seeds: run.seeds });
                      openScreen('compare');
                    }}
                  >
                    Open
                  </button>
                  <button type="button" onClick={() => remove('runs', key)}>
                    Forget
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </ScrollTable>
      )}
    </section>
  );
}
