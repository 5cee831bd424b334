/** Servers in containers: a Kubernetes pod template or a part of Helm values, as a pool. */
import { ConfigError } from '../../src/core/check.ts';
import type { PoolLine } from '../export/pool-line.ts';
import type { PoolSpec } from '../scenario/schema.ts';
import { isMapping } from '../scenario/validate.ts';
import { findServer } from './engine/readers.ts';
import type { ImportContext } from './imported.ts';
import { poolOf, type ServerFacts } from './pool.ts';
import { readShell } from './shell.ts';

type Plain = Readonly<Record<string, unknown>>;

/** What stands around a container. */
export interface Placement {
  readonly containers: unknown;
  /** Words that the chart puts before the container's arguments. */
  readonly before?: readonly string[];
  /** What the surroundings say of the server; wins over the command. */
  readonly facts: Partial<ServerFacts>;
  /** Path in the document. */
  readonly path: string;
}

/** The pool of the first container that starts a known server. Throws ConfigError at the placement when none does. */
export function containerPool(
  placement: Placement,
  line: PoolLine | null,
  context: ImportContext,
  index: number,
): { readonly pool: PoolSpec; readonly notes: readonly string[] } {
  const list: unknown[] = Array.isArray(placement.containers) ? placement.containers : [];
  for (const container of list.filter(isMapping)) {
    const found = findServer(containerWords(container, placement.before ?? []));
    if (found === null) continue;
    const { facts, notes } = found.reader.read(found.command, context, new Map());
    const given = Object.fromEntries(
      Object.entries(placement.facts).filter(([, value]) => value !== undefined),
    );
    const all = { ...facts, ...given } as ServerFacts;
    const { pool, notes: further } = poolOf(all, line, context, index, placement.path);
    const kept = notes.filter((note) => !note.startsWith('--kv-transfer-config') || all.role === undefined);
    return { pool, notes: [...kept, ...further].map((note) => `pool ${pool.name}: ${note}`) };
  }
  throw new ConfigError({
    path: `${placement.path}.containers`,
    found: list.length === 0 ? 'no container' : 'no container that starts a known server',
    expected: 'a container that runs vllm serve, SGLang or trtllm-serve',
  });
}

/** Whether a container starts a server that is known. */
export function startsServer(container: Plain): boolean {
  return findServer(containerWords(container, [])) !== null;
}

/** Image, command and arguments as one line of words; `sh -c "..."` is opened. */
function containerWords(container: Plain, before: readonly string[]): string[] {
  const strings = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
  const words = [...strings(container['command']), ...before, ...strings(container['args'])];
  const script = words.findIndex((word) => /^-\w*c$/.test(word)) + 1;
  const inner =
    script > 0 && script < words.length && /(^|\/)(ba|da)?sh$/.test(words[0]!)
      ? readShell(words.slice(script).join(' ')).commands.find((one) => findServer(one.words) !== null)?.words
      : undefined;
  return [String(container['image'] ?? ''), ...(inner ?? words)];
}

/** Accelerator by a node selector or affinity label. */
export function selectedGpu(selector: unknown): string | undefined {
  if (!isMapping(selector)) return undefined;
  const keys = ['nvidia.com/gpu.product', 'cloud.google.com/gke-accelerator', 'amd.com/gpu.product-name'];
  const key = keys.find((one) => typeof selector[one] === 'string');
  return key === undefined ? undefined : String(selector[key]);
}
