/**
 * InferenceObjective and InferenceModelRewrite manifests from a file, for fleets that no Kubernetes declares. The same documents that
 * `kubectl apply` takes.
 */
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { ConfigError } from '../../core/check.ts';
import {
  type InferenceModelRewrite,
  type InferenceObjective,
  type ObjectMeta,
  prioritiesOf,
  rewritesOf,
} from '../kubernetes/objects.ts';
import type { Resources } from '../routing-core.ts';

const KINDS = ['InferenceObjective', 'InferenceModelRewrite'];

/** throws: ConfigError for a file that is not there, no YAML, or holds another kind. */
export function readResourcesFile(file: string): Resources {
  const refuse = (path: string, found: string, expected: string): never => {
    throw new ConfigError({ file, path, found, expected });
  };
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return refuse('', (error as Error).message, 'a file of Kubernetes manifests');
  }
  const objectives: InferenceObjective[] = [];
  const rewrites: InferenceModelRewrite[] = [];
  for (const [i, document] of parseAllDocuments(text).entries()) {
    const [problem] = document.errors;
    if (problem !== undefined) refuse(`[${i}]`, problem.message, 'YAML');
    const value: unknown = document.toJS();
    if (value === null) continue;
    const manifest = value as { kind?: unknown; metadata?: ObjectMeta };
    const isKnown = typeof manifest.kind === 'string' && KINDS.includes(manifest.kind);
    if (!isKnown) refuse(`[${i}].kind`, JSON.stringify(manifest.kind) ?? 'nothing', KINDS.join(' or '));
    if (typeof manifest.metadata?.name !== 'string') refuse(`[${i}].metadata.name`, 'nothing', 'a name');
    if (manifest.kind === 'InferenceObjective') objectives.push(manifest);
    else rewrites.push(manifest);
  }
  return { objectives: prioritiesOf(objectives), rewrites: rewritesOf(rewrites, null) };
}
