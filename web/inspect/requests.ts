/** Rows of a recording in words and times. */
import { ENDINGS, type Recording } from '../../sim/inspect/recording.ts';
import { PHASES } from '../../sim/metrics/phases.ts';

const PHASE_COUNT = PHASES.length;
const DECODE = PHASES.indexOf('decode');

/** One request, looked at closely. Times in µs. */
export interface InspectedRequest {
  readonly row: number;
  readonly id: number;
  readonly arrivalUs: number;
  readonly phasesUs: readonly number[];
  readonly ttftUs: number;
  readonly e2eUs: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens: number;
  /** Name of the instance; null: none. */
  readonly endpoint: string | null;
  readonly prefillEndpoint: string | null;
  readonly preemptions: number;
  readonly ending: string;
}

export function requestAt({ requests, instances }: Recording, row: number): InspectedRequest {
  const phasesUs = [...requests.phaseUs.subarray(row * PHASE_COUNT, (row + 1) * PHASE_COUNT)];
  const e2eUs = phasesUs.reduce((sum, us) => sum + us, 0);
  return {
    row,
    id: requests.id[row]!,
    arrivalUs: requests.arrivalUs[row]!,
    phasesUs,
    ttftUs: e2eUs - phasesUs[DECODE]!,
    e2eUs,
    promptTokens: requests.promptTokens[row]!,
    outputTokens: requests.outputTokens[row]!,
    cachedTokens: requests.cachedTokens[row]!,
    endpoint: instances[requests.endpoint[row]!]?.name ?? null,
    prefillEndpoint: instances[requests.prefillEndpoint[row]!]?.name ?? null,
    preemptions: requests.preemptions[row]!,
    ending: ENDINGS[requests.ending[row]!]!,
  };
}

/** Row of the request with this number; -1 where it is not recorded. */
export function rowOf({ requests }: Recording, id: number): number {
  return requests.id.indexOf(id);
}
