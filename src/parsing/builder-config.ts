/**
 * What an EndpointPickerConfig says about reading requests: its parsers, the token producer's estimate, and the hash of
 * the precise producer's block keys.
 */
import { createBlockKeyer, type HashAlgorithm } from '../prefix/block-keys.ts';
import { decodeDocument, type EppDocument, type PluginEntry } from '../routing/config/document.ts';
import { Fields } from '../routing/config/fields.ts';
import { ESTIMATE_DEFAULTS } from './estimate.ts';
import { parseEstimate } from './estimate-config.ts';
import type { ModelRewrites } from './model-rewrite.ts';
import { DEFAULT_PARSERS } from './parsers.ts';
import type { RequestBuilderOptions } from './request-builder.ts';

const TOKEN_PRODUCERS = ['token-producer', 'tokenizer'];
const PRECISE_PRODUCERS = ['precise-prefix-cache-producer', 'precise-prefix-cache-scorer'];
const TOKEN_PROCESSOR_KEYS = ['blockSizeTokens', 'blockSize', 'hashSeed', 'hashAlgorithm'];
const ALGORITHMS: readonly HashAlgorithm[] = ['cbor-fnv', 'xxh64'];

/** Options of a RequestBuilder for a configuration; null or undefined is the built-in default. */
export function builderOptions(
  config: unknown,
  objectives: ReadonlyMap<string, number>,
  rewrites?: ModelRewrites,
): RequestBuilderOptions {
  const document = config === null || config === undefined ? null : decodeDocument(config);
  const tokenProducer = find(document, TOKEN_PRODUCERS);
  const estimate = tokenProducer === undefined ? undefined : member(tokenProducer.parameters, 'estimate');
  return {
    parsers: parserTypes(document),
    estimate:
      estimate === undefined
        ? ESTIMATE_DEFAULTS
        : parseEstimate(estimate, `${tokenProducer!.path}.parameters.estimate`),
    keyer: keyerOf(find(document, PRECISE_PRODUCERS)),
    objectives,
    ...(rewrites === undefined ? {} : { rewrites }),
  };
}

/** Parser types in order; a reference names a plugin of the document, or a type. */
function parserTypes(document: EppDocument | null): readonly string[] {
  if (document === null || document.parsers.length === 0) return DEFAULT_PARSERS;
  return document.parsers.map(
    ({ name }) => document.plugins.find((plugin) => plugin.name === name)?.type ?? name,
  );
}

function keyerOf(producer: PluginEntry | undefined): RequestBuilderOptions['keyer'] {
  const raw = producer === undefined ? undefined : member(producer.parameters, 'tokenProcessorConfig');
  const path = producer === undefined ? '' : `${producer.path}.parameters.tokenProcessorConfig`;
  const fields = new Fields(raw, path, TOKEN_PROCESSOR_KEYS);
  return createBlockKeyer(
    fields.oneOf('hashAlgorithm', 'cbor-fnv', ALGORITHMS),
    fields.string('hashSeed', ''),
  );
}

function find(document: EppDocument | null, types: readonly string[]): PluginEntry | undefined {
  return document?.plugins.find((plugin) => types.includes(plugin.type));
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
