/** How far each input can be off before another fleet is the one to take. */
import type { Flip } from '../../sim/why/flip.ts';
import type { WhyReport } from '../../sim/why/report.ts';
import { ScrollTable } from '../components/scroll-table.tsx';
import { figureText } from '../format.ts';

export function FlipList({ report }: { readonly report: WhyReport }) {
  return (
    <>
      <p>{sentenceOf(report)}</p>
      <ScrollTable label="Flip points">
        <thead>
          <tr>
            <th scope="col">Input</th>
            <th scope="col">Downwards</th>
            <th scope="col">Upwards</th>
          </tr>
        </thead>
        <tbody>
          {report.flips.map(({ input, label, up, down }) => (
            <tr key={input}>
              <th scope="row">{label}</th>
              <td>{flipText(down)}</td>
              <td>{flipText(up)}</td>
            </tr>
          ))}
        </tbody>
      </ScrollTable>
    </>
  );
}

function flipText(flip: Flip | null): string {
  if (flip === null) return 'holds as far as was looked';
  return `at ${changeText(flip.factor)}: ${flip.decision}`;
}

/** A factor as a change: 1.1 is +10 %. */
function changeText(factor: number): string {
  const percent = figureText(Math.abs(factor - 1), 'share', 2);
  return `${factor > 1 ? '+' : '\u2212'}${percent}`;
}

/** The nearest flip of all, in a sentence. */
function sentenceOf({ decision, flips }: WhyReport): string {
  const all = flips.flatMap(({ label, up, down }) =>
    [up, down].flatMap((flip) => (flip === null ? [] : [{ label, flip }])),
  );
  const distance = ({ flip }: { readonly flip: Flip }): number => Math.abs(Math.log(flip.factor));
  const [nearest] = all.sort((a, b) => distance(a) - distance(b));
  const stays = `By point values the answer is ${decision}`;
  if (nearest === undefined)
    return `${stays}, and stays so for every input from a quarter to four times its value.`;
  return `${stays}; the nearest thing to change it is ${nearest.label} at ${changeText(nearest.flip.factor)}, which makes it ${nearest.flip.decision}.`;
}
