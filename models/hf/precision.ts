/** Weight format that a Hugging Face config states: `quantization_config`, else the data type. */
import { parseWeightFormat } from '../precision.ts';
import { type ConfigReader, isPlainObject, type PlainObject } from './reader.ts';

/** The format, as an id of `precision.ts`; unknown quantisation methods are noted and read as 16 bit. */
export function readPrecision(config: ConfigReader): string {
  const quantization = config.raw('quantization_config');
  if (isPlainObject(quantization)) return quantized(config, quantization);
  const type = config.raw('torch_dtype', 'dtype') ?? 'bfloat16';
  if (type === 'float32') {
    config.notes.push('torch_dtype float32: taken as bf16, as engines load it');
    return 'bf16';
  }
  return parseWeightFormat(String(type), config.at('torch_dtype'));
}

function quantized(config: ConfigReader, quantization: PlainObject): string {
  const method = String(quantization['quant_method'] ?? '').toLowerCase();
  const bits = quantization['bits'];
  if (method === 'fp8' || method === 'fbgemm_fp8') {
    return quantization['weight_block_size'] === undefined ? 'fp8' : 'fp8_block';
  }
  if (method === 'mxfp4') return 'mxfp4';
  if (method === 'awq' || method === 'gptq') return bits === 8 ? 'int8_wo' : 'int4_wo';
  if (method === 'modelopt') return String(quantization['quant_algo']).includes('FP4') ? 'nvfp4' : 'fp8';
  if (method === 'compressed-tensors') return compressedTensors(quantization);
  config.notes.push(`quantization_config.quant_method "${method}" is unknown: weights taken as bf16`);
  return 'bf16';
}

/** The weights of the first group decide: floats of 8 or 4 bits, integers of 8 or 4. */
function compressedTensors(quantization: PlainObject): string {
  const groups = quantization['config_groups'];
  const first = isPlainObject(groups) ? groups['group_0'] : undefined;
  const weights = isPlainObject(first) ? first['weights'] : undefined;
  if (!isPlainObject(weights)) return 'fp8';
  const narrow = weights['num_bits'] === 4;
  if (weights['type'] === 'float') return narrow ? 'nvfp4' : 'fp8';
  if (narrow) return 'int4_wo';
  const activations = isPlainObject(first) ? first['input_activations'] : undefined;
  return isPlainObject(activations) ? 'int8' : 'int8_wo';
}
