/** The traffic: how requests arrive and how long they are. */
import type { Setup } from '../state/setup.ts';
import type { FlipTicks } from './flip-ticks.ts';
import { NumberField } from './number-field.tsx';
import type { EditSetup } from './rail.tsx';

interface WorkloadFieldsProps {
  readonly setup: Setup;
  /** As it was when the document was opened; null where that was none that the form can show. */
  readonly saved: Setup | null;
  readonly flips: FlipTicks;
  readonly edit: EditSetup;
}

export function WorkloadFields({ setup, saved, flips, edit }: WorkloadFieldsProps) {
  return (
    <fieldset>
      <legend>Traffic</legend>
      <NumberField
        label="Arrival rate"
        unit="requests/s"
        value={setup.rateRps}
        saved={saved?.rateRps}
        flips={flips.rateRps ?? []}
        min={0.1}
        max={10_000}
        step={1}
        slider={{ min: 1, max: 150, step: 1 }}
        onChange={(rateRps) => edit({ rateRps })}
      />
      <NumberField
        label="Burstiness"
        unit="CV; 1 is Poisson"
        term="Burstiness"
        value={setup.arrivalCv}
        saved={saved?.arrivalCv}
        min={0.1}
        max={10}
        step={0.1}
        slider={{ min: 0.1, max: 4, step: 0.1 }}
        onChange={(arrivalCv) => edit({ arrivalCv })}
      />
      <NumberField
        label="Prompt, mean"
        unit="tokens"
        value={setup.promptTokens}
        saved={saved?.promptTokens}
        flips={flips.promptTokens ?? []}
        min={10}
        max={16_000}
        step={1}
        slider={{ min: 50, max: 8050, step: 50 }}
        onChange={(promptTokens) => edit({ promptTokens })}
      />
      <NumberField
        label="Answer, mean"
        unit="tokens"
        value={setup.outputTokens}
        saved={saved?.outputTokens}
        flips={flips.outputTokens ?? []}
        min={1}
        max={2000}
        step={1}
        slider={{ min: 20, max: 1000, step: 20 }}
        onChange={(outputTokens) => edit({ outputTokens })}
      />
      <NumberField
        label="Shared prefix"
        unit="% of the prompt"
        value={setup.prefixShare * 100}
        saved={saved === null ? undefined : saved.prefixShare * 100}
        min={0}
        max={95}
        step={0.5}
        decimals={1}
        slider={{ min: 0, max: 95, step: 1 }}
        onChange={(percent) => edit({ prefixShare: percent / 100 })}
      />
    </fieldset>
  );
}
