/** Precision options of engines as the formats that scenarios name. */
import { parseKvFormat } from '../../../models/kv-formats.ts';
import { parseWeightFormat } from '../../../models/precision.ts';
import { ConfigError } from '../../../src/core/check.ts';

/** Spellings that the catalogue does not have. */
const WEIGHTS: Readonly<Record<string, string>> = {
  modelopt: 'fp8',
  modelopt_fp4: 'nvfp4',
  awq_marlin: 'int4_wo',
  gptq_marlin: 'int4_wo',
  w8a8_int8: 'int8',
  w8a8_fp8: 'fp8',
  fbgemm_fp8: 'fp8',
  bitsandbytes: 'int4_wo',
};

/** The weight format of a quantisation option; a note and nothing where it is not known. */
export function weightFormat(value: string | boolean, notes: string[]): string | undefined {
  const word = String(value).toLowerCase();
  try {
    return parseWeightFormat(WEIGHTS[word] ?? word);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    notes.push(`--quantization ${value}: unknown; the model's published precision is taken`);
    return undefined;
  }
}

/** The KV format of a data type, by the engine's spelling or the catalogue's; undefined for `auto`. */
export function kvFormat(
  name: string,
  value: string | boolean,
  spellings: Readonly<Record<string, string>>,
  notes: string[],
): string | undefined {
  const word = String(value).toLowerCase();
  if (word === 'auto' || word === 'bfloat16' || word === 'bf16' || word === 'float16') return undefined;
  const own = Object.entries(spellings).find(([, spelling]) => spelling === word)?.[0];
  if (own !== undefined) return own;
  try {
    return parseKvFormat(word.startsWith('fp8') ? 'fp8' : word);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    notes.push(`--${name.replaceAll('_', '-')} ${value}: unknown; KV is taken in 16 bit`);
    return undefined;
  }
}
