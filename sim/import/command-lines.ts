/** Command lines of servers: pasted, or in a script; every server command is a pool. */
import { ConfigError } from '../../src/core/check.ts';
import { readPoolLine } from '../export/pool-line.ts';
import type { PoolSpec } from '../scenario/schema.ts';
import { findServer, SERVER_READERS } from './engine/readers.ts';
import type { ImportContext, Imported, Importer } from './imported.ts';
import { poolOf } from './pool.ts';
import { readShell } from './shell.ts';

export const commandLinesImporter: Importer = {
  name: 'command',
  summary: 'command lines of vllm serve, SGLang or trtllm-serve, docker run included',
  detects: (text) => readShell(text).commands.some(({ words }) => findServer(words) !== null),
  read: readCommands,
};

/** Commands of scripts that have nothing to do with a server. */
const HOUSEKEEPING = new Set([
  ...[
    'set',
    'cd',
    'mkdir',
    'echo',
    'sleep',
    'source',
    '.',
    'wait',
    'exit',
    'trap',
    'ulimit',
    'curl',
    'pip',
    'pip3',
  ],
  ...[
    'if',
    'then',
    'else',
    'fi',
    'for',
    'do',
    'done',
    'while',
    'until',
    'nvidia-smi',
    'unset',
    'kill',
    'tail',
  ],
]);

function readCommands(text: string, context: ImportContext): Imported {
  const { commands, files } = readShell(text);
  const pools: PoolSpec[] = [];
  const notes: string[] = [];
  for (const { words, comments, line } of commands) {
    const found = findServer(words);
    if (found === null) {
      if (!HOUSEKEEPING.has(words[0]!))
        notes.push(`line ${line}: "${words.slice(0, 3).join(' ')}" starts no server that is known`);
      continue;
    }
    const noted = comments.map(readPoolLine).findLast((one) => one !== null) ?? null;
    const { facts, notes: own } = found.reader.read(found.command, context, files);
    const { pool, notes: further } = poolOf(facts, noted, context, pools.length, `line ${line}`);
    const isKnownRole = noted !== null;
    notes.push(
      ...[...own, ...further]
        .filter((note) => !(isKnownRole && note.startsWith('--kv-transfer-config')))
        .map((note) => `pool ${pool.name}: ${note}`),
    );
    pools.push(pool);
  }
  if (pools.length > 0) return { pools, notes };
  throw new ConfigError({
    path: '',
    found: text.trim() === '' ? 'nothing' : `"${text.trim().slice(0, 60)}"`,
    expected: `a command of ${SERVER_READERS.map((reader) => reader.engine).join(', ')}, e.g. vllm serve MODEL`,
  });
}
