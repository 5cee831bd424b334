/** Draws the request timeline: each request a row, its phases one after the other in their colours. */
import type { Recording } from '../../sim/inspect/recording.ts';
import { PHASES, type Phase } from '../../sim/metrics/phases.ts';
import type { Painter } from '../charts/canvas.tsx';
import { GUTTER } from '../charts/chart-size.ts';
import { PHASE_PARTS } from '../charts/phase-parts.ts';
import type { TimeWindow } from './timeline-rows.ts';

const PHASE_COUNT = PHASES.length;

/** `rows` top to bottom; `chosen`: place among them that is framed, -1 none; `front`: the phase that stands out, null all. */
export function paintRows(
  { context, width, height, colour }: Painter,
  { requests }: Recording,
  rows: Uint32Array,
  { fromUs, toUs }: TimeWindow,
  chosen: number,
  front: Phase | null,
): void {
  const left = GUTTER.left;
  const scale = (width - left - GUTTER.right) / (toUs - fromUs);
  const rowHeight = height / Math.max(1, rows.length);
  const bar = rowHeight > 4 ? rowHeight - 2 : rowHeight;
  context.clearRect(0, 0, width, height);
  context.save();
  context.beginPath();
  context.rect(left, 0, width - left - GUTTER.right, height);
  context.clip();
  // One colour at a time: changes of the fill cost more than rectangles.
  for (const [phase, part] of PHASE_PARTS.entries()) {
    // What is not in front stays as a trace of itself.
    context.globalAlpha = front === null || front === part.id ? 1 : 0.15;
    context.fillStyle = colour(part.colour.slice('var('.length, -1));
    for (const [index, row] of rows.entries()) {
      const own = requests.phaseUs[row * PHASE_COUNT + phase]!;
      if (own <= 0) continue;
      let startUs = requests.arrivalUs[row]!;
      for (let before = 0; before < phase; before += 1)
        startUs += requests.phaseUs[row * PHASE_COUNT + before]!;
      const x = left + (startUs - fromUs) * scale;
      context.fillRect(x, index * rowHeight, Math.max(own * scale, 0.5), bar);
    }
  }
  context.restore();
  if (chosen >= 0) {
    context.strokeStyle = colour('--focus');
    context.lineWidth = 2;
    context.strokeRect(left - 4, chosen * rowHeight - 1, width - left - GUTTER.right + 8, bar + 2);
  }
}
