/** The list of export targets: one import and one line each. */
import { ConfigError, nearest } from '../../src/core/check.ts';
import { commandLines } from './command-lines.ts';
import { sglangExporter } from './engine/sglang.ts';
import { trtllmExporter } from './engine/trtllm.ts';
import { vllmExporter } from './engine/vllm.ts';
import { eppTarget } from './epp.ts';
import { inferencePoolTarget } from './inference-pool.ts';
import { kustomizeTarget } from './kustomize.ts';
import { llmdTarget } from './llm-d.ts';
import type { ExportTarget } from './target.ts';

export const EXPORT_TARGETS: readonly ExportTarget[] = [
  llmdTarget,
  kustomizeTarget,
  eppTarget,
  inferencePoolTarget,
  commandLines(vllmExporter, 'vllm serve'),
  commandLines(sglangExporter, 'SGLang'),
  commandLines(trtllmExporter, 'trtllm-serve'),
];

/** The target of that name. Throws ConfigError with the nearest name. */
export function exportTarget(name: string): ExportTarget {
  const found = EXPORT_TARGETS.find((target) => target.name === name);
  if (found !== undefined) return found;
  const names = EXPORT_TARGETS.map((target) => target.name);
  const near = nearest(name, names);
  throw new ConfigError({
    file: '--target',
    path: '',
    found: `"${name}"`,
    expected: `one of ${names.join(', ')}${near === undefined ? '' : ` (perhaps ${near})`}`,
  });
}
