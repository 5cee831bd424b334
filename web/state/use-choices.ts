/** The catalogues' names for forms, asked of the worker once. */
import { useEffect, useState } from 'react';
import type { Choices } from '../worker/api.ts';
import { client } from './simulator.ts';

const EMPTY: Choices = { gpus: [], models: [], workloads: [], policies: [], providers: [] };
let loaded: Choices | null = null;

export function useChoices(): Choices {
  const [choices, setChoices] = useState(loaded ?? EMPTY);
  useEffect(() => {
    let isGone = false;
    const load = async (): Promise<void> => {
      loaded ??= await client.remote.choices();
      if (!isGone) setChoices(loaded);
    };
    void load();
    return () => {
      isGone = true;
    };
  }, []);
  return choices;
}
