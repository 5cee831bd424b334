/** Where model shapes were read: copies of Hugging Face configs in public repositories. */
import type { Source } from './schema.ts';

const READ = '2026-11-22';

/** A config copy in AIConfigurator, by the name of its file. */
export function aiConfigurator(name: string): Source {
  return { ref: `ai-dynamo/aiconfigurator@095f58a model_configs/${name}_config.json`, date: READ };
}

/** A config copy in inference-sim, by the name of its folder. */
export function inferenceSim(name: string): Source {
  return { ref: `inference-sim/inference-sim@f90a1e3 model_configs/${name}/config.json`, date: READ };
}

/** An entry of litgpt's config.py. */
export function litgpt(name: string): Source {
  return { ref: `Lightning-AI/litgpt@26857050 litgpt/config.py ${name}`, date: READ };
}

/** A config.json from memory, checked by the parameter counts of the model card. */
export function recalled(name: string): Source {
  return { ref: `${name} config.json, from memory; parameters agree with its card`, date: '2026-11-25' };
}

/** A config elsewhere. */
export function config(ref: string): Source {
  return { ref, date: READ };
}
