/** Sources that several accelerator files share. */
import type { Source } from './schema.ts';

const READ = '2026-11-22';

export const INFERENCEX_APP: Source = {
  ref: 'SemiAnalysisAI/InferenceX-app@77ca49a packages/app/src/lib/gpu-specs.ts',
  date: READ,
};
export const AI_CONFIGURATOR: Source = {
  ref: 'ai-dynamo/aiconfigurator@095f58a aic-core systems yaml',
  date: READ,
};
export const ML_ENGINEERING: Source = {
  ref: 'stas00/ml-engineering@744d01e compute/accelerator (cites vendor pages)',
  date: READ,
};
export const ML_ENGINEERING_NETWORK: Source = {
  ref: 'stas00/ml-engineering@744d01e network (cites vendor pages)',
  date: READ,
};
export const INFERENCE_SIM: Source = {
  ref: 'inference-sim/inference-sim@f90a1e3 hardware_config.json',
  date: READ,
};
export const PYTORCH: Source = { ref: 'pytorch/pytorch torch/_inductor/analysis/device_info.py', date: READ };
export const LIGHTNING: Source = {
  ref: 'Lightning-AI/pytorch-lightning fabric/utilities/throughput.py (cites NVIDIA datasheets)',
  date: READ,
};
export const HUGGINGFACE_TASKS: Source = { ref: '@huggingface/tasks 0.21.54 hardware lists', date: READ };
export const NVIDIA_SMI: Source = { ref: 'nvidia-smi memory.total in public logs', date: READ };
export const SCALING_BOOK: Source = { ref: 'jax-ml/scaling-book@0819a7d tpus.md', date: READ };
export const MLPERF: Source = { ref: 'mlcommons/inference_results_v4.1 and v6.1 systems', date: READ };
export const AWS_NEURON: Source = { ref: 'AWS Neuron documentation, architecture pages', date: READ };
export const NVIDIA_DATASHEET: Source = { ref: 'NVIDIA datasheet, value from memory', date: READ };
export const BASETEN: Source = {
  ref: 'https://www.baseten.co/blog/nvidia-a10-vs-a10g-for-ml-model-inference/',
  date: READ,
};
export const CLOUD_TPU: Source = {
  ref: 'Google Cloud TPU documentation via stas00/ml-engineering@744d01e',
  date: READ,
};
export const NVIDIA_RUBIN: Source = {
  ref: 'https://www.nvidia.com/en-us/data-center/vera-rubin-nvl72/ (pre-release)',
  date: READ,
};
export const AMD_PAGES: Source = {
  ref: 'AMD Instinct product pages via stas00/ml-engineering@744d01e',
  date: READ,
};
export const INTEL_PAPERS: Source = {
  ref: 'Intel Gaudi 2 and 3 white papers via stas00/ml-engineering@744d01e',
  date: READ,
};
