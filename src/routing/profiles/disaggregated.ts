/**
 * Disaggregated serving: decode, prefill and encode stages as profiles.
 *   decode-first   decode, then encode and prefill, each if its decider says so (no decider: the stage never runs)
 *   prefill-first  prefill, then encode if its decider says so, then decode
 * A failed prefill or encode stage is left out; without a decode endpoint the request fails.
 * Source: router specification 5.1.
 */
import { Fields } from '../config/fields.ts';
import {
  definePlugin,
  type PluginContext,
  type PluginReference,
  type ProfileHandler,
  type ProfileResult,
  refuse,
  type SchedulingRun,
  type StageDecider,
} from '../plugin.ts';
import { APPROXIMATE_PRODUCER, TOKENIZED_PROMPT } from '../producers/keys.ts';
import { NO_DECODE_WORKERS } from '../rejections.ts';
import { setStageHeaders } from './disagg-headers.ts';

/** Names of profiles and deciders; a decider is empty when none is configured. */
export interface DisaggParameters {
  readonly stageOrder: 'decode-first' | 'prefill-first';
  readonly decode: string;
  readonly prefill: string;
  readonly encode: string;
  readonly prefillDecider: string;
  readonly encodeDecider: string;
  /** Port that replaces the decode endpoint's in the destination header; 0: none. */
  readonly primaryPort: number;
}

const FLAT_KEYS = [
  'decodeProfile',
  'prefillProfile',
  'encodeProfile',
  'prefillDeciderPluginName',
  'encodeDeciderPluginName',
  'deciderPluginName',
];
const NESTED_KEYS = ['profiles', 'deciders'];

export const disaggProfileHandler = definePlugin<DisaggParameters>({
  type: 'disagg-profile-handler',
  kinds: ['profile-handler', 'pre-request'],
  stability: 'beta',
  summary: 'decode, prefill and encode stages, in either order',
  parse: parseDisagg,
  needs: () => DISAGG_NEEDS,
  references: deciderReferences,
  create: createDisagg,
});

/** The handler reads the default match key whatever producer scores. */
export const DISAGG_NEEDS = {
  required: [TOKENIZED_PROMPT, { type: 'PrefixCacheMatchInfo', producer: APPROXIMATE_PRODUCER }],
} as const;

function parseDisagg(raw: unknown, path: string): DisaggParameters {
  const fields = new Fields(raw, path, ['stageOrder', ...NESTED_KEYS, ...FLAT_KEYS]);
  const flat = FLAT_KEYS.find((key) => fields.has(key));
  if (flat !== undefined && NESTED_KEYS.some((key) => fields.has(key)))
    fields.refuse(flat, 'either profiles and deciders, or the older flat keys');
  const profiles = fields.object('profiles', ['decode', 'prefill', 'encode']);
  const deciders = fields.object('deciders', ['prefill', 'encode']);
  const name = (key: string, flatKey: string): string =>
    profiles.string(key, '') || fields.string(flatKey, '') || key;
  const stageOrder = fields.oneOf('stageOrder', 'decode-first', ['decode-first', 'prefill-first']);
  const parameters = {
    stageOrder,
    decode: name('decode', 'decodeProfile'),
    prefill: name('prefill', 'prefillProfile'),
    encode: name('encode', 'encodeProfile'),
    prefillDecider:
      deciders.string('prefill', '') ||
      fields.string('prefillDeciderPluginName', '') ||
      fields.string('deciderPluginName', ''),
    encodeDecider: deciders.string('encode', '') || fields.string('encodeDeciderPluginName', ''),
    primaryPort: 0,
  };
  if (stageOrder === 'prefill-first' && parameters.prefillDecider !== '')
    refuse(
      path,
      `a prefill decider with stageOrder prefill-first`,
      'no prefill decider: prefill always runs first',
    );
  return parameters;
}

/** References to the deciders that are named. */
export function deciderReferences(parameters: DisaggParameters, path: string): readonly PluginReference[] {
  return [parameters.prefillDecider, parameters.encodeDecider]
    .filter((name) => name !== '')
    .map((name) => ({ name, path, kind: 'decider' }));
}

/** Instance of a handler with these parameters. */
export function createDisagg(parameters: DisaggParameters, context: PluginContext) {
  const decider = (name: string): StageDecider | null =>
    name === '' ? null : (context.plugin(name).decider ?? null);
  return {
    handler: (profiles: readonly string[]): ProfileHandler =>
      new DisaggHandler(
        parameters,
        profiles,
        decider(parameters.prefillDecider),
        decider(parameters.encodeDecider),
      ),
  };
}

class DisaggHandler implements ProfileHandler {
  readonly prefillProfile: number;
  readonly encodeProfile: number;
  readonly destinationPort: number;
  readonly headers = setStageHeaders;
  readonly #decode: number;
  readonly #prefillFirst: boolean;
  readonly #prefillDecider: StageDecider | null;
  readonly #encodeDecider: StageDecider | null;

  constructor(
    parameters: DisaggParameters,
    profiles: readonly string[],
    prefillDecider: StageDecider | null,
    encodeDecider: StageDecider | null,
  ) {
    this.#decode = profiles.indexOf(parameters.decode);
    this.prefillProfile = profiles.indexOf(parameters.prefill);
    this.encodeProfile = profiles.indexOf(parameters.encode);
    this.destinationPort = parameters.primaryPort;
    this.#prefillFirst = parameters.stageOrder === 'prefill-first';
    this.#prefillDecider = prefillDecider;
    this.#encodeDecider = encodeDecider;
  }

  next(run: SchedulingRun): number {
    return this.#prefillFirst ? this.#nextPrefillFirst(run) : this.#nextDecodeFirst(run);
  }

  /** The endpoint that the stage before picked: decode for the others, prefill for decode when prefill goes first. */
  peerRow({ results }: SchedulingRun, profile: number): number {
    if (this.#prefillFirst)
      return profile === this.prefillProfile ? -1 : pickedRow(results[this.prefillProfile]);
    return profile === this.#decode ? -1 : pickedRow(results[this.#decode]);
  }

  finish({ results }: SchedulingRun) {
    return pickedRow(results[this.#decode]) >= 0 ? this.#decode : NO_DECODE_WORKERS;
  }

  #nextDecodeFirst(run: SchedulingRun): number {
    const decode = run.results[this.#decode];
    if (decode === undefined) return -1;
    if (decode.state === 'pending') return this.#decode;
    if (decode.state === 'failed') return -1;
    const row = decode.rows[0]!;
    if (this.#wants(run, this.encodeProfile, this.#encodeDecider, row)) return this.encodeProfile;
    if (this.#wants(run, this.prefillProfile, this.#prefillDecider, row)) return this.prefillProfile;
    return -1;
  }

  #nextPrefillFirst(run: SchedulingRun): number {
    const decode = run.results[this.#decode];
    if (decode === undefined || decode.state !== 'pending') return -1;
    if (run.results[this.prefillProfile]?.state === 'pending') return this.prefillProfile;
    if (this.#wants(run, this.encodeProfile, this.#encodeDecider, -1)) return this.encodeProfile;
    return this.#decode;
  }

  /** Whether a stage that may run is still to run; one without profile or decider never does. */
  #wants(run: SchedulingRun, profile: number, decider: StageDecider | null, decodeRow: number): boolean {
    if (profile < 0 || decider === null) return false;
    return run.results[profile]!.state === 'pending' && decider.runs(run.request, decodeRow);
  }
}

function pickedRow(result: ProfileResult | undefined): number {
  return result?.state === 'picked' ? result.rows[0]! : -1;
}
