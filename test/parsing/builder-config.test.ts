import { describe, expect, test } from 'vitest';
import { builderOptions } from '../../src/parsing/builder-config.ts';
import { ESTIMATE_DEFAULTS } from '../../src/parsing/estimate.ts';
import { DEFAULT_PARSERS } from '../../src/parsing/parsers.ts';

const NONE = new Map<string, number>();
const base = { apiVersion: 'llm-d.ai/v1alpha1', kind: 'EndpointPickerConfig' };

describe('options of the request builder', () => {
  test('without a configuration there are the default parsers and the default estimate', () => {
    expect(builderOptions(null, NONE)).toMatchObject({
      parsers: DEFAULT_PARSERS,
      estimate: ESTIMATE_DEFAULTS,
    });
    expect(builderOptions(base, NONE).parsers).toEqual(DEFAULT_PARSERS);
  });

  test('parsers are named by plugin or by type', () => {
    const config = {
      ...base,
      plugins: [{ name: 'mine', type: 'sglanghttp-parser' }],
      requestHandler: { parsers: [{ pluginRef: 'mine' }, { pluginRef: 'passthrough-parser' }] },
    };
    expect(builderOptions(config, NONE).parsers).toEqual(['sglanghttp-parser', 'passthrough-parser']);
  });

  test('the token producer sets the estimate', () => {
    const estimate = {
      image: { mode: 'static', static: { staticToken: 7 } },
      video: { frames: { mode: 'strided', strided: { frameStride: 3 } } },
    };
    const config = { ...base, plugins: [{ type: 'token-producer', parameters: { estimate } }] };
    expect(builderOptions(config, NONE).estimate).toMatchObject({
      image: { mode: 'static', staticTokens: 7 },
      video: { frameMode: 'strided', frameStride: 3, sourceFps: 24 },
    });
  });

  test('the precise producer sets the hash of block keys', () => {
    const tokenProcessorConfig = { hashAlgorithm: 'xxh64', hashSeed: '0' };
    const config = {
      ...base,
      plugins: [{ type: 'precise-prefix-cache-producer', parameters: { tokenProcessorConfig } }],
    };
    const key = new Uint32Array(2);
    builderOptions(config, NONE).keyer.start('m1', key, 0);
    const other = new Uint32Array(2);
    builderOptions(base, NONE).keyer.start('m1', other, 0);
    expect(key).not.toEqual(other);
  });

  test('a wrong estimate names its place', () => {
    const parameters = { estimate: { image: { mod: 'static' } } };
    const config = { ...base, plugins: [{ type: 'token-producer', parameters }] };
    expect(() => builderOptions(config, NONE)).toThrow(
      /plugins\[0\]\.parameters\.estimate\.image\.mod.*mode/,
    );
  });
});
