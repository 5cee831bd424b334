import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readEndpoints, readRequests } from '../../sim/cli/route/inputs.ts';
import { ConfigError } from '../../src/core/check.ts';

const folder = mkdtempSync(join(tmpdir(), 'route-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(text: string): string {
  const path = join(folder, 'input');
  writeFileSync(path, text);
  return path;
}

/** The one problem that reading reports. */
function problem(read: () => unknown): { path: string; found: string; expected: string; file?: string } {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems[0]!;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('endpoint states', () => {
  test('become columns, with the age of the last scrape', () => {
    const metrics = { waiting: 3, kvUsage: 0.5, blockSize: 16, activeModels: ['a'], ageMs: 10 };
    const list = [
      { id: 'x', address: '10.0.0.1:80', labels: { rack: 7 }, metrics },
      { id: 'y', address: '10.0.0.2:80' },
    ];
    const table = readEndpoints(file(JSON.stringify(list)), 1000);
    expect(table.size).toBe(2);
    expect([table.waiting[0], table.kvUsage[0], table.blockSizeTokens[0]]).toEqual([3, 0.5, 16]);
    expect(table.endpoints[0]!.labels).toEqual({ rack: '7' });
    expect(table.activeModels[0]).toEqual(['a']);
    expect(table.scrapedAtUs[0]).toBe(1000 - 10_000);
    expect(table.scrapedAtUs[1]).toBe(Number.NEGATIVE_INFINITY);
  });

  test.each([
    ['{"id": "x"', '', /./],
    ['3', '', /object/],
    ['[{"id": "x"}]', '[0].address', /text/],
    ['[{"id": "x", "address": "10.0.0.1"}]', '[0].address', /host:port/],
    ['[{"id": "x", "address": "a:1"}, {"id": "x", "address": "a:2"}]', '[1].id', /no other endpoint/],
    ['[{"id": "x", "address": "a:1", "metrics": {"waitng": 1}}]', '[0].metrics.waitng', /^waiting$/],
    ['[{"id": "x", "address": "a:1", "metrics": {"kvUsage": 50}}]', '[0].metrics.kvUsage', /0 to 1/],
    ['[{"id": "x", "address": "a:1", "metrics": {"waiting": -1}}]', '[0].metrics.waiting', />= 0/],
    ['[{"id": "x", "address": "a:1", "metrics": {"waiting": "1"}}]', '[0].metrics.waiting', />= 0/],
  ])('%s is refused at %s', (text, path, expected) => {
    const found = problem(() => readEndpoints(file(text), 0));
    expect(found.path).toBe(path);
    expect(found.expected).toMatch(expected);
    expect(found.file).toBe(join(folder, 'input'));
  });

  test('a missing file is named', () => {
    const path = join(folder, 'none');
    expect(problem(() => readEndpoints(path, 0))).toMatchObject({ file: path, found: 'no such file' });
  });
});

describe('request lines', () => {
  test('are requests and completions, in order', () => {
    const text = [
      '{"id": "a", "path": "/v1/completions", "headers": {"X-Request-Id": "q"}, "body": {}}',
      '',
      '{"id": "end", "complete": "a", "outputTokens": 8, "atMs": 5}',
    ];
    const lines = readRequests(file(text.join('\n')));
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({ kind: 'request', id: 'a', atMs: null, subset: null });
    expect(lines[0]!.kind === 'request' && lines[0]!.headers.get('x-request-id')).toBe('q');
    expect(lines[1]).toMatchObject({ kind: 'completion', complete: 'a', outputTokens: 8, atMs: 5 });
  });

  test.each([
    ['{"id": "a"', 1, ''],
    ['{"id": "a", "bdy": {}}', 1, 'bdy'],
    ['{"id": "a"}\n{"id": "a"}', 2, 'id'],
    ['{"id": "a"}\n{"id": "b", "complete": "c"}', 2, 'complete'],
    ['{"id": "a", "atMs": "soon"}', 1, 'atMs'],
    ['{"body": {}}', 1, 'id'],
    ['[]', 1, ''],
  ])('%j is refused in line %i at %j', (text, line, path) => {
    const found = problem(() => readRequests(file(text)));
    expect(found).toMatchObject({ path, file: `${join(folder, 'input')}:${line}` });
  });
});
