/**
 * The comment that stands before a server's command and says of a pool what the command cannot: its name, role, replicas and
 * hardware. Tools pass over it; the importer reads it, so that an exported fleet comes back as it was.
 */
import { ConfigError } from '../../src/core/check.ts';
import type { PoolSpec } from '../scenario/schema.ts';

const MARK = '# drydock-pool ';

/** What a pool line holds. */
export interface PoolLine {
  readonly name: string;
  readonly role: PoolSpec['role'];
  readonly replicas: number;
  readonly gpu: string;
  readonly version?: string;
  readonly dp?: number;
  readonly ep?: number;
  readonly weights?: string;
  readonly kv?: string;
  readonly link?: PoolSpec['link'];
  readonly node?: PoolSpec['node'];
  readonly labels?: PoolSpec['labels'];
  readonly kvTiers?: PoolSpec['kvTiers'];
  /** Engine arguments that are Drydock's own. */
  readonly args?: PoolSpec['engine']['args'];
}

/** The pool as a comment line. `further`: fields that this engine's command does not hold. */
export function poolLine(
  pool: PoolSpec,
  further: Pick<PoolLine, 'dp' | 'ep' | 'weights' | 'kv'> = {},
): string {
  const { name, role, replicas, gpu, link, node, labels, kvTiers, engine } = pool;
  const { version } = engine;
  const own = Object.entries(engine.args ?? {}).filter(([argument]) => isOwnArgument(argument));
  const args = own.length === 0 ? undefined : Object.fromEntries(own);
  const fields = { name, role, replicas, gpu, version, ...further, link, node, labels, kvTiers, args };
  return `${MARK}${JSON.stringify(fields)}`;
}

/** True for an argument that only the simulator has. */
export function isOwnArgument(name: string): boolean {
  return name.replaceAll('-', '_') === 'speculative_acceptance';
}

/** The pool line in a line of text; null when it is none. Throws ConfigError when it is damaged. */
export function readPoolLine(text: string): PoolLine | null {
  if (!text.startsWith(MARK)) return null;
  const value = parsed(text.slice(MARK.length));
  const fields = value as Partial<PoolLine> | null;
  if (
    typeof fields === 'object' &&
    fields !== null &&
    typeof fields.name === 'string' &&
    typeof fields.gpu === 'string' &&
    Number.isInteger(fields.replicas)
  ) {
    return fields as PoolLine;
  }
  throw new ConfigError({
    path: MARK.trim(),
    found: text.slice(0, 80),
    expected: 'the line as drydock wrote it: a JSON object with name, role, replicas and gpu',
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
