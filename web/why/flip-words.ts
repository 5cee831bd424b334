/** Flip points in words: the same in the list, at the tornado's diamonds and at the rail's ticks. */
import type { FlipReport, StepReport, WhyReport } from '../../sim/why/report.ts';
import { figureText } from '../format.ts';

/** A factor as a change: 1.1 is +10 %. */
export function changeText(factor: number): string {
  const percent = figureText(Math.abs(factor - 1), 'share', 2);
  return `${factor > 1 ? '+' : '\u2212'}${percent}`;
}

export function flipText(flip: FlipReport['up']): string | null {
  return flip === null ? null : `at ${changeText(flip.factor)}: ${flip.decision}`;
}

export function stepText(flip: StepReport['up']): string | null {
  return flip === null ? null : `at ${figureText(flip.value, 'count', 3)}: ${flip.decision}`;
}

/** `4P+4D: prefill replicas of 8, now 4`. */
export function stepName({ fleet, label, now }: StepReport, hasSeveral: boolean): string {
  return `${hasSeveral ? `${fleet}: ` : ''}${label}, now ${figureText(now, 'count', 3)}`;
}

/** What would change the answer first: the nearest input, and settings that do it in a single step. */
export function flipSentences({ decision, flips, steps, fleets }: WhyReport): string[] {
  const isOne = fleets.length === 1;
  const stays = isOne
    ? `By point values this fleet ${decision} the SLO`
    : `By point values the answer is ${decision}`;
  const all = flips.flatMap(({ label, up, down }) =>
    [up, down].flatMap((flip) => (flip === null ? [] : [{ label, flip }])),
  );
  const distance = ({ flip: { factor } }: (typeof all)[number]): number => Math.abs(Math.log(factor));
  const [nearest] = all.sort((a, b) => distance(a) - distance(b));
  const first =
    nearest === undefined
      ? `${stays}, and stays so for every input from a quarter to four times its value.`
      : `${stays}; the nearest input to change it is ${nearest.label} at ${changeText(nearest.flip.factor)}, where ${isOne ? 'it' : 'the answer is'} ${nearest.flip.decision}.`;
  const single = steps.flatMap((one) =>
    [one.down, one.up].flatMap((flip) =>
      flip !== null && flip.holdsTo === one.now
        ? [`${stepName(one, fleets.length > 1)}, ${stepText(flip)}`]
        : [],
    ),
  );
  return single.length === 0 ? [first] : [first, `One step is enough of: ${single.join('; ')}.`];
}
