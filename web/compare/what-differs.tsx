/** Which settings tell the fleets apart: only those, unless all are asked for. */
import { useState } from 'react';
import type { FleetOutcome } from '../../sim/compare/comparison-report.ts';
import { FleetMark } from '../components/fleet-mark.tsx';
import { ScrollTable } from '../components/scroll-table.tsx';
import { UNKNOWN } from '../format.ts';
import { useScenario } from '../state/document-store.ts';
import { settingValue, settingWords } from './setting-words.ts';
import { settingsOf } from './settings.ts';

export function WhatDiffers({ fleets }: { readonly fleets: readonly FleetOutcome[] }) {
  const document = useScenario((state) => state.document);
  const [isAll, setAll] = useState(false);
  const settings = settingsOf(document);
  const shown = isAll ? settings : settings.filter(({ isSame }) => !isSame);
  return (
    <section aria-labelledby="differs">
      <h2 id="differs">What differs</h2>
      {shown.length === 0 ? (
        <p>The fleets have the same settings.</p>
      ) : (
        <ScrollTable label="Settings" className="settings">
          <thead>
            <tr>
              <th scope="col">Setting</th>
              {fleets.map(({ letter, name }, index) => (
                <th key={letter} scope="col">
                  <FleetMark index={index} letter={letter} /> {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map(({ path, values, isSame }) => (
              <tr key={path}>
                <th scope="row" title={path}>
                  {settingWords(path).words}
                </th>
                {fleets.map(({ letter }, index) => (
                  <td key={letter} className={isSame ? 'quiet-text' : undefined}>
                    {valueText(path, values[index])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </ScrollTable>
      )}
      <label className="check">
        <input type="checkbox" checked={isAll} onChange={(event) => setAll(event.target.checked)} />
        All {settings.length} settings
      </label>
    </section>
  );
}

function valueText(path: string, value: string | undefined): string {
  return value === undefined ? UNKNOWN : settingValue(path, value);
}
