/** The catalogues' names for forms, asked of the worker once. */
import { useEffect, useState } from 'react';
import type { Choices } from '../worker/api.ts';
import { client } from './simulator.ts';

const EMPTY: Choices = { gpus: [], models: [], workloads: [], policies: [], providers: [] };
let loaded: Choices | null = null;

/** `withPolicies`: those of the lab too, which the worker has to load. */
export function useChoices(withPolicies = false): Choices {
  const [choices, setChoices] = useState(loaded ?? EMPTY);
  useEffect(() => {
    let isGone = false;
    const load = async (): Promise<void> => {
      if (loaded === null || (withPolicies && loaded.policies.length === 0))
        loaded = await client.remote.choices(withPolicies);
      if (!isGone) setChoices(loaded);
    };
    void load();
    return () => {
      isGone = true;
    };
  }, [withPolicies]);
  return choices;
}
