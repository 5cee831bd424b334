/**
 * The language models: one file each in llm/, one line each here; look-up by catalogue id or Hugging Face id.
 */
import { unknownId } from './find.ts';
import { bloom176b } from './llm/bloom-176b.ts';
import { codellama34b } from './llm/codellama-34b.ts';
import { deepseekV2 } from './llm/deepseek-v2.ts';
import { deepseekV2Lite } from './llm/deepseek-v2-lite.ts';
import { deepseekV32 } from './llm/deepseek-v3.2.ts';
import { deepseekV3 } from './llm/deepseek-v3.ts';
import { deepseekV4Flash } from './llm/deepseek-v4-flash.ts';
import { deepseekV4Pro } from './llm/deepseek-v4-pro.ts';
import { gemma29b } from './llm/gemma-2-9b.ts';
import { gemma227b } from './llm/gemma-2-27b.ts';
import { gemma312b } from './llm/gemma-3-12b.ts';
import { gemma327b } from './llm/gemma-3-27b.ts';
import { gemma426bA4b } from './llm/gemma-4-26b-a4b.ts';
import { gemma431b } from './llm/gemma-4-31b.ts';
import { glm45 } from './llm/glm-4.5.ts';
import { glm45Air } from './llm/glm-4.5-air.ts';
import { glm46 } from './llm/glm-4.6.ts';
import { glm52 } from './llm/glm-5.2.ts';
import { glm5 } from './llm/glm-5.ts';
import { gptOss20b } from './llm/gpt-oss-20b.ts';
import { gptOss120b } from './llm/gpt-oss-120b.ts';
import { granite318b } from './llm/granite-3.1-8b.ts';
import { kimiK25 } from './llm/kimi-k2.5.ts';
import { kimiK2 } from './llm/kimi-k2.ts';
import { kimiK3 } from './llm/kimi-k3.ts';
import { llama27b } from './llm/llama-2-7b.ts';
import { llama213b } from './llm/llama-2-13b.ts';
import { llama270b } from './llm/llama-2-70b.ts';
import { llama318b } from './llm/llama-3.1-8b.ts';
import { llama3170b } from './llm/llama-3.1-70b.ts';
import { llama31405b } from './llm/llama-3.1-405b.ts';
import { llama321b } from './llm/llama-3.2-1b.ts';
import { llama323b } from './llm/llama-3.2-3b.ts';
import { llama3370b } from './llm/llama-3.3-70b.ts';
import { llama33NemotronSuper49b } from './llm/llama-3.3-nemotron-super-49b.ts';
import { llama4Maverick } from './llm/llama-4-maverick.ts';
import { llama4Scout } from './llm/llama-4-scout.ts';
import { mimo7b } from './llm/mimo-7b.ts';
import { mimoV2Flash } from './llm/mimo-v2-flash.ts';
import { minimaxM2 } from './llm/minimax-m2.ts';
import { minimaxM3 } from './llm/minimax-m3.ts';
import { mistral7b } from './llm/mistral-7b.ts';
import { mistral7bV03 } from './llm/mistral-7b-v0.3.ts';
import { mistralNemo12b } from './llm/mistral-nemo-12b.ts';
import { mistralSmall3224b } from './llm/mistral-small-3.2-24b.ts';
import { mistralSmall24b } from './llm/mistral-small-24b.ts';
import { mixtral8x7b } from './llm/mixtral-8x7b.ts';
import { mixtral8x22b } from './llm/mixtral-8x22b.ts';
import { nemotron3Nano30bA3b } from './llm/nemotron-3-nano-30b-a3b.ts';
import { nemotron3Super120bA12b } from './llm/nemotron-3-super-120b-a12b.ts';
import { nemotron3Ultra550bA55b } from './llm/nemotron-3-ultra-550b-a55b.ts';
import { nemotronH56b } from './llm/nemotron-h-56b.ts';
import { phi3Mini } from './llm/phi-3-mini.ts';
import { phi4 } from './llm/phi-4.ts';
import { phi4Mini } from './llm/phi-4-mini.ts';
import { phiMiniMoe } from './llm/phi-mini-moe.ts';
import { qwen2505b } from './llm/qwen2.5-0.5b.ts';
import { qwen2515b } from './llm/qwen2.5-1.5b.ts';
import { qwen253b } from './llm/qwen2.5-3b.ts';
import { qwen257b } from './llm/qwen2.5-7b.ts';
import { qwen2514b } from './llm/qwen2.5-14b.ts';
import { qwen2532b } from './llm/qwen2.5-32b.ts';
import { qwen2572b } from './llm/qwen2.5-72b.ts';
import { qwen359b } from './llm/qwen3.5-9b.ts';
import { qwen3527b } from './llm/qwen3.5-27b.ts';
import { qwen3535bA3b } from './llm/qwen3.5-35b-a3b.ts';
import { qwen35122bA10b } from './llm/qwen3.5-122b-a10b.ts';
import { qwen35397bA17b } from './llm/qwen3.5-397b-a17b.ts';
import { qwen306b } from './llm/qwen3-0.6b.ts';
import { qwen317b } from './llm/qwen3-1.7b.ts';
import { qwen34b } from './llm/qwen3-4b.ts';
import { qwen38b } from './llm/qwen3-8b.ts';
import { qwen314b } from './llm/qwen3-14b.ts';
import { qwen330bA3b } from './llm/qwen3-30b-a3b.ts';
import { qwen332b } from './llm/qwen3-32b.ts';
import { qwen3235bA22b } from './llm/qwen3-235b-a22b.ts';
import { qwen3Coder480bA35b } from './llm/qwen3-coder-480b-a35b.ts';
import { qwen3Next80bA3b } from './llm/qwen3-next-80b-a3b.ts';
import { step37Flash } from './llm/step-3.7-flash.ts';
import { yi34b } from './llm/yi-34b.ts';
import type { LlmSpec } from './schema.ts';

/** All models, by family. */
export const LLMS: readonly LlmSpec[] = [
  llama27b,
  llama213b,
  llama270b,
  codellama34b,
  llama321b,
  llama323b,
  yi34b,
  llama318b,
  llama3170b,
  llama3370b,
  llama31405b,
  llama4Scout,
  llama4Maverick,
  llama33NemotronSuper49b,
  mistral7b,
  mistral7bV03,
  mistralNemo12b,
  mistralSmall24b,
  mistralSmall3224b,
  mixtral8x7b,
  mixtral8x22b,
  qwen2505b,
  qwen2515b,
  qwen253b,
  qwen257b,
  qwen2514b,
  qwen2532b,
  qwen2572b,
  qwen306b,
  qwen317b,
  qwen34b,
  qwen38b,
  qwen314b,
  qwen332b,
  qwen330bA3b,
  qwen3235bA22b,
  qwen3Coder480bA35b,
  qwen3Next80bA3b,
  qwen359b,
  qwen3527b,
  qwen3535bA3b,
  qwen35122bA10b,
  qwen35397bA17b,
  deepseekV2Lite,
  deepseekV2,
  deepseekV3,
  deepseekV32,
  deepseekV4Flash,
  deepseekV4Pro,
  kimiK2,
  kimiK25,
  kimiK3,
  glm45,
  glm46,
  glm45Air,
  glm5,
  glm52,
  minimaxM2,
  minimaxM3,
  gptOss20b,
  gptOss120b,
  gemma29b,
  gemma227b,
  gemma312b,
  gemma327b,
  gemma426bA4b,
  gemma431b,
  phi3Mini,
  phi4,
  phi4Mini,
  granite318b,
  phiMiniMoe,
  bloom176b,
  mimo7b,
  mimoV2Flash,
  step37Flash,
  nemotron3Nano30bA3b,
  nemotron3Super120bA12b,
  nemotron3Ultra550bA55b,
  nemotronH56b,
];

/**
 * The model of that catalogue or Hugging Face id, in any letter case; `path` is where the id stands in the
 * user's document. A fine-tune or quantisation whose name adds only known suffixes means the same shape.
 * Throws ConfigError when unknown.
 */
export function findLlm(id: string, path = 'model'): LlmSpec {
  const found = lookUpLlm(id);
  if (found !== undefined) return found;
  const known = LLMS.flatMap((model) => [model.id, ...model.huggingFace]);
  throw unknownId(id, known, { path, what: 'model', list: 'drydock catalog models' });
}

/** As `findLlm`, undefined when unknown. */
export function lookUpLlm(id: string): LlmSpec | undefined {
  const wanted = id.toLowerCase();
  const exact = LLMS.find(
    (model) => model.id === wanted || model.huggingFace.some((name) => name.toLowerCase() === wanted),
  );
  if (exact !== undefined) return exact;
  const shape = shapeName(id);
  return LLMS.find(
    (model) => model.id === shape || model.huggingFace.some((name) => shapeName(name) === shape),
  );
}

/** Endings of names that leave the shape alone: precision, tuning, file format. */
const SUFFIX =
  /[-_.](fp8|fp8-dynamic|fp4|nvfp4|bf16|awq|gptq|int4|int8|w8a8|w4a16|quantized|hf|instruct|chat|it|base|dynamic)$/;

/** Name without owner, letter case and such endings. */
function shapeName(id: string): string {
  let name = id.toLowerCase().split('/').at(-1) ?? '';
  for (let next = name.replace(SUFFIX, ''); next !== name; next = name.replace(SUFFIX, '')) name = next;
  return name;
}
