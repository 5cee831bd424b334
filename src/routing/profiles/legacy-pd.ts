/** The older prefill/decode handler: decode first, prefill if its decider says so, no encode stage. */
import { Fields } from '../config/fields.ts';
import { addressOf } from '../dispatch-builder.ts';
import { definePlugin, renamed } from '../plugin.ts';
import { ENCODE_HEADER, PREFILL_HEADER } from './disagg-headers.ts';
import { createDisagg, DISAGG_NEEDS, type DisaggParameters, deciderReferences } from './disaggregated.ts';

export const pdProfileHandler = definePlugin<DisaggParameters>({
  type: 'pd-profile-handler',
  kinds: ['profile-handler'],
  stability: 'deprecated',
  summary: 'older form of disagg-profile-handler for prefill and decode',
  parse(raw, path) {
    const fields = new Fields(raw, path, [
      'decodeProfile',
      'prefillProfile',
      'deciderPluginName',
      'primaryPort',
    ]);
    return {
      stageOrder: 'decode-first',
      decode: fields.string('decodeProfile', '') || 'decode',
      prefill: fields.string('prefillProfile', '') || 'prefill',
      encode: '',
      prefillDecider: fields.string('deciderPluginName', '') || 'prefix-based-pd-decider',
      encodeDecider: '',
      primaryPort: fields.integer('primaryPort', 0, { min: 0, max: 65_535 }),
    };
  },
  needs: () => DISAGG_NEEDS,
  references: deciderReferences,
  create: createDisagg,
});

interface HeaderParameters {
  readonly prefillProfile: string;
  readonly encodeProfile: string;
}

/** Sets the stage headers beside a handler that does not; harmless beside one that does. */
export const disaggHeadersHandler = definePlugin<HeaderParameters>({
  type: 'disagg-headers-handler',
  kinds: ['pre-request'],
  stability: 'deprecated',
  summary: 'sets the headers that name prefiller and encoders',
  parse(raw, path) {
    const fields = new Fields(raw, path, ['prefillProfile', 'encodeProfile']);
    return {
      prefillProfile: fields.string('prefillProfile', '') || 'prefill',
      encodeProfile: fields.string('encodeProfile', '') || 'encode',
    };
  },
  create: ({ prefillProfile, encodeProfile }, { table }) => ({
    hooks: {
      onDispatched(_request, draft) {
        for (const { profile, rows } of draft.picks) {
          if (profile === prefillProfile) draft.setHeader(PREFILL_HEADER, addressOf(table, rows[0]!));
          if (profile === encodeProfile)
            draft.setHeader(ENCODE_HEADER, rows.map((row) => addressOf(table, row)).join(','));
        }
      },
    },
  }),
});

export const prefillHeaderHandler = renamed(disaggHeadersHandler, 'prefill-header-handler');
