/** How far each input or setting can be off before another fleet is the one to take. */
import type { WhyReport } from '../../sim/why/report.ts';
import { ScrollTable } from '../components/scroll-table.tsx';
import { flipSentences, flipText, stepName, stepText } from './flip-words.ts';

const HOLDS = 'holds';

export function FlipList({ report }: { readonly report: WhyReport }) {
  const rows = [
    ...report.flips.map(({ input, label, up, down }) => ({
      key: input,
      name: label,
      ways: [flipText(down), flipText(up)],
    })),
    ...report.steps.map((one) => ({
      key: `${one.fleet} ${one.input}`,
      name: stepName(one, report.fleets.length > 1),
      ways: [stepText(one.down), stepText(one.up)],
    })),
  ];
  if (rows.length === 0) return null;
  return (
    <section aria-labelledby="flips">
      <h3 id="flips">Where the answer changes</h3>
      {flipSentences(report).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <ScrollTable label="Flip points">
        <thead>
          <tr>
            <th scope="col">Input or setting</th>
            <th scope="col">Downwards</th>
            <th scope="col">Upwards</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, name, ways: [down, up] }) => (
            <tr key={key}>
              <th scope="row">{name}</th>
              <td className={down === null ? 'quiet-text' : undefined}>{down ?? HOLDS}</td>
              <td className={up === null ? 'quiet-text' : undefined}>{up ?? HOLDS}</td>
            </tr>
          ))}
        </tbody>
      </ScrollTable>
      <p className="reading">
        Holds: the same answer as far as was looked, from a quarter to four times an input, up to four steps
        of a setting.
      </p>
    </section>
  );
}
