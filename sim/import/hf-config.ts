/** A Hugging Face config.json as a model: its size, what its KV takes, and what could not be read of it. */
import { importHfConfig } from '../../models/hf-config.ts';
import { kvBytesPerToken, stateBytesPerSequence } from '../../models/kv.ts';
import { activeParams, totalParams } from '../../models/params.ts';
import type { LlmSpec } from '../../models/schema.ts';
import { ConfigError } from '../../src/core/check.ts';
import { fixed } from '../metrics/format-figure.ts';
import type { ImportContext, Imported, Importer } from './imported.ts';
import { gpuId } from './pool.ts';

/** KV formats that the size is told for. */
const KV_FORMATS = ['bf16', 'fp8'] as const;

/** What a model takes. */
export interface ModelSize {
  readonly parameters: number;
  /** Parameters that take part in one token. */
  readonly activeParameters: number;
  /** Bytes that one more token adds to a short sequence, by KV format. */
  readonly kvBytesPerToken: Readonly<Record<(typeof KV_FORMATS)[number], number>>;
  /** Bytes of recurrent state of a sequence. */
  readonly stateBytesPerSequence: number;
  readonly contextTokens: number;
  readonly weights: string;
}

export function modelSize(model: LlmSpec): ModelSize {
  const perToken = KV_FORMATS.map((format) => [format, kvBytesPerToken(model, format)] as const);
  return {
    parameters: totalParams(model),
    activeParameters: activeParams(model),
    kvBytesPerToken: Object.fromEntries(perToken) as ModelSize['kvBytesPerToken'],
    stateBytesPerSequence: stateBytesPerSequence(model),
    contextTokens: model.maxContextTokens,
    weights: model.nativePrecision,
  };
}

export const hfConfigImporter: Importer = {
  name: 'hf-config',
  summary: 'config.json of a Hugging Face model',
  detects: (text) => /^\s*\{/.test(text) && /"model_type"\s*:/.test(text),
  read(text, context): Imported {
    const { model, unread, unusedFields } = importHfConfig(parsed(text), nameOf(context.path));
    const notes = [...unread];
    if (unusedFields.length > 0) notes.push(`fields that were not looked at: ${unusedFields.join(', ')}`);
    return { pools: [], standIn: () => poolFor(context), model, notes, facts: factsOf(model) };
  },
};

function factsOf(model: LlmSpec): string[] {
  const size = modelSize(model);
  const { parameters, activeParameters } = size;
  const active = activeParameters === parameters ? '' : `, ${fixed(activeParameters / 1e9, 2)} B active`;
  const state = size.stateBytesPerSequence;
  return [
    `parameters    ${fixed(parameters / 1e9, 2)} B${active}`,
    `weights       ${size.weights}`,
    ...KV_FORMATS.map(
      (format) => `KV per token  ${fixed(size.kvBytesPerToken[format], 0)} bytes in ${format}`,
    ),
    ...(state > 0 ? [`state         ${fixed(state, 0)} bytes per sequence`] : []),
    `context       ${fixed(size.contextTokens, 0)} tokens`,
  ];
}

/** A fleet of one server. */
function poolFor(context: ImportContext): Imported['pools'] {
  return [
    {
      name: 'servers',
      role: 'both',
      replicas: context.replicas ?? 1,
      gpu: gpuId(undefined, context, '--gpu'),
      model: { config: context.path },
      engine: { name: 'vllm' },
    },
  ];
}

function nameOf(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== 'config.json');
  return parts.at(-1)?.replace(/\.json$/, '') ?? 'model';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigError({
      path: '',
      found: `no JSON (${(error as Error).message})`,
      expected: 'a config.json',
    });
  }
}
