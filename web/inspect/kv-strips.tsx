/**
 * How full the KV memory of each instance was; over it, from the head of a strip, what its prefix cache had to give up of content
 * that could have been found again.
 */
import { max } from 'd3-array';
import { useMemo, useState } from 'react';
import type { Recording } from '../../sim/inspect/recording.ts';
import { countText, percentText } from '../format.ts';
import { meanOf, type StripKind, Strips, type StripsProps } from './strips.tsx';

/** Its swatch: ink and paper. */
const NOTCH = {
  background: 'linear-gradient(90deg, var(--ink) 50%, var(--paper) 50%)',
  outline: '1px solid var(--control)',
};
/** Share of a strip that the most evicted blocks of any moment take. */
const TALLEST = 0.5;

export function KvStrips(props: Omit<StripsProps, 'kind' | 'children'>) {
  const { recording } = props;
  const [isWanted, setWanted] = useState(true);
  const most = useMemo(() => max(recording.moments.evictedBlocks) ?? 0, [recording]);
  const isShown = isWanted && most > 0;
  const kind = useMemo(() => kindOf(recording, isShown ? most : 0), [recording, isShown, most]);
  return (
    <Strips {...props} kind={kind}>
      <ul className="legend">
        <Sign background="var(--transfer)" name="KV in use" />
        <Sign background="var(--queue)" name="above 90 %" />
        {most > 0 && (
          <li>
            <label className="check">
              <input
                type="checkbox"
                checked={isWanted}
                onChange={({ target: { checked } }) => setWanted(checked)}
              />
              <span className="swatch" style={NOTCH} />
              evicted reusable blocks
            </label>
          </li>
        )}
      </ul>
    </Strips>
  );
}

function Sign({ background, name }: { readonly background: string; readonly name: string }) {
  return (
    <li>
      <span className="swatch" style={{ background }} />
      {name}
    </li>
  );
}

/** `most`: evicted blocks that are drawn `TALLEST`; 0: none are drawn. */
function kindOf(recording: Recording, most: number): StripKind {
  return {
    title: 'How full the KV memory was',
    about: 'memory',
    colours: (colour, { kv, evictedBlocks }) => {
      const [used, almost, free] = [colour('--transfer'), colour('--queue'), colour('--idle')];
      const [ink, paper] = [colour('--ink'), colour('--paper')];
      return (cell, up) => {
        const isUsed = up < kv[cell]!;
        // Cut out of what is in use, and written on what is not: seen on both in either theme.
        if (most > 0 && 1 - up < (TALLEST * evictedBlocks[cell]!) / most) return isUsed ? paper : ink;
        return isUsed ? (kv[cell]! > 0.9 ? almost : used) : free;
      };
    },
    heads: ['Used, mean', 'Used, most', 'Evicted reusable blocks'],
    figures: ({ moments }, _, cells) => [
      percentText(meanOf(moments.kv, cells)),
      percentText(cells.reduce((top, cell) => Math.max(top, moments.kv[cell]!), 0)),
      countText(cells.reduce((sum, cell) => sum + moments.evictedBlocks[cell]!, 0)),
    ],
    note: `Share of KV blocks in use. Above 90 % admission and preemption begin to bind. ${evictedWords(recording, most)}`,
  };
}

function evictedWords({ moments, instances }: Recording, most: number): string {
  const all = moments.evictedBlocks.reduce((sum, blocks) => sum + blocks, 0);
  if (all === 0) return 'No cached block that could have been found again had to give way.';
  const total = `${countText(all)} cached blocks that could have been found again gave way`;
  if (most === 0) return `${total}.`;
  const cell = moments.evictedBlocks.indexOf(most);
  const m = Math.floor(cell / moments.instances);
  const seconds = (moments.atUs[m]! - (moments.atUs[m - 1] ?? 0)) / 1e6;
  const share = most / instances[cell % moments.instances]!.kvBlocks;
  return `${total}: drawn from the head of a strip, half of which is ${countText(most)} blocks in ${Number(seconds.toPrecision(2))} s, ${percentText(share)} of its memory.`;
}
