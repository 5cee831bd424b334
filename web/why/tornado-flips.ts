/** Flip points of a bar of the tornado, at the value that its figure has there. */
import type { TornadoBar, WhyReport } from '../../sim/why/report.ts';
import { flipText, stepText } from './flip-words.ts';

export interface BarFlip {
  /** The figure, of the fleet that the tornado is about. */
  readonly metric: number;
  readonly words: string;
}

export function flipsOf({ flips, steps, tornadoOf }: WhyReport, bar: TornadoBar): BarFlip[] {
  const found: { readonly metric: number | null; readonly words: string }[] = [];
  if (bar.steps === undefined) {
    const own = flips.find(({ input }) => input === bar.input);
    for (const flip of [own?.down, own?.up])
      if (flip != null) found.push({ metric: flip.metric, words: flipText(flip)! });
  } else {
    const own = steps.find(({ input, fleet }) => input === bar.input && fleet === tornadoOf);
    for (const flip of [own?.down, own?.up])
      if (flip != null) found.push({ metric: flip.metric, words: stepText(flip)! });
  }
  return found.filter((one): one is BarFlip => one.metric !== null);
}
