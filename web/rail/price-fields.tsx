/** What a GPU costs, one field for each GPU type in use; the catalogue's price is what they start from and go back to. */

import type { FlipBasis } from '../state/flip-store.ts';
import type { Setup } from '../state/setup.ts';
import type { GpuChoice } from '../worker/api.ts';
import { priceFlipTicks } from './flip-ticks.ts';
import { NumberField } from './number-field.tsx';
import type { EditSetup } from './rail.tsx';

interface PriceFieldsProps {
  readonly setup: Setup;
  readonly saved: Setup | null;
  readonly gpus: readonly GpuChoice[];
  readonly basis: FlipBasis | null;
  readonly edit: EditSetup;
}

/** Dollars per hour that the slider of a GPU without a list price starts at. */
const WITHOUT_PRICE = 1;

export function PriceFields({ setup, saved, gpus, basis, edit }: PriceFieldsProps) {
  const used = new Set(setup.fleets.map(({ gpu }) => gpu));
  const shown = gpus.filter(({ id }) => used.has(id));
  if (shown.length === 0) return null;
  return (
    <fieldset>
      <legend>Prices</legend>
      {shown.map(({ id, name, usdPerHour }) => (
        <NumberField
          key={id}
          label={name}
          unit="$ per GPU-hour"
          value={setup.gpuHourUsd[id] ?? usdPerHour ?? WITHOUT_PRICE}
          saved={saved?.gpuHourUsd[id] ?? usdPerHour ?? undefined}
          flips={priceFlipTicks(
            setup,
            basis,
            id,
            ({ gpuHourUsd }) => gpuHourUsd[id] ?? usdPerHour ?? WITHOUT_PRICE,
          )}
          min={0.01}
          max={1000}
          step={0.01}
          slider={{ min: 0.1, max: 12, step: 0.1 }}
          onChange={(price) => {
            const { [id]: _, ...others } = setup.gpuHourUsd;
            edit({ gpuHourUsd: price === usdPerHour ? others : { ...others, [id]: price } });
          }}
        />
      ))}
    </fieldset>
  );
}
