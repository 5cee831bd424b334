/** The list of engines: one import and one line each. */
import { ConfigError, nearest } from '../../src/core/check.ts';
import type { EngineKind } from './kind.ts';
import { sglangKind } from './sglang/kind.ts';
import { tgiKind } from './tgi/kind.ts';
import { trtllmKind } from './trtllm/kind.ts';
import { vllmKind } from './vllm/kind.ts';

/** Engines by their name in scenarios. */
export const ENGINES: readonly EngineKind[] = [vllmKind, sglangKind, trtllmKind, tgiKind];

/** The engine of that name; throws ConfigError at `path` when there is none. */
export function engineKind(name: string, path: string): EngineKind {
  const found = ENGINES.find((kind) => kind.name === name);
  if (found !== undefined) return found;
  const names = ENGINES.map((kind) => kind.name);
  const near = nearest(name, names);
  throw new ConfigError({
    path,
    found: `"${name}"`,
    expected: `one of ${names.join(', ')}${near === undefined ? '' : ` (perhaps ${near})`}`,
  });
}
