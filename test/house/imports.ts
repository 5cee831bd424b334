/** Who may import whom (the plan of the house), as a function over files, so that the test can also try a seeded violation. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** A source file by its path from the root, with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Reads every TypeScript file below the given folders. */
export function readSources(root: string, folders: readonly string[]): SourceFile[] {
  const files: SourceFile[] = [];
  const walk = (folder: string): void => {
    for (const name of readdirSync(path.join(root, folder)).sort()) {
      const relative = `${folder}/${name}`;
      if (statSync(path.join(root, relative)).isDirectory()) walk(relative);
      else if (/\.tsx?$/.test(name)) {
        files.push({ path: relative, text: readFileSync(path.join(root, relative), 'utf8') });
      }
    }
  };
  for (const folder of folders) walk(folder);
  return files;
}

type Area = 'core' | 'router' | 'server' | 'models' | 'sim' | 'cli' | 'scenarios' | 'web' | 'test';

/** Areas that each area may import, besides itself. */
const MAY: Readonly<Record<Area, readonly Area[]>> = {
  core: [],
  router: ['core'],
  server: ['core', 'router'],
  models: ['core'],
  sim: ['core', 'router', 'models'],
  cli: ['core', 'router', 'server', 'models', 'sim'],
  scenarios: [],
  web: ['core', 'router', 'models', 'sim', 'scenarios'],
  test: ['core', 'router', 'server', 'models', 'sim', 'cli', 'scenarios', 'web'],
};

/** npm packages that pure areas may use: they run in a browser and do no I/O. */
const PURE_PACKAGES: Readonly<Partial<Record<Area, readonly RegExp[]>>> = {
  core: [],
  router: [],
  models: [],
  sim: [/^seedrandom(\/|$)/, /^d3-(random|array|dsv)$/, /^typebox(\/|$)/, /^comlink$/, /^yaml$/],
};

/** Words that only impure code may use: clocks, timers, global randomness, I/O, waiting. */
const BANNED =
  /\b(Math\.random|Date\.now|new Date|performance\.now|setTimeout|setInterval|process\.|require\()/;

/** What breaks the rules, one line each. */
export function violations(files: readonly SourceFile[]): string[] {
  const found: string[] = [];
  for (const file of files) {
    const area = areaOf(file.path);
    for (const target of importsOf(file.text)) {
      const reason = target.startsWith('.')
        ? forbiddenFile(area, path.posix.join(path.posix.dirname(file.path), target))
        : forbiddenPackage(area, target);
      if (reason !== null) found.push(`${file.path}: ${reason}`);
    }
    if (PURE_PACKAGES[area] !== undefined) {
      const word = BANNED.exec(withoutComments(file.text));
      if (word !== null) found.push(`${file.path}: pure code uses ${word[0]}`);
    }
  }
  return found;
}

function areaOf(file: string): Area {
  if (file.startsWith('src/core/')) return 'core';
  if (file.startsWith('src/server/')) return 'server';
  if (file.startsWith('src/')) return 'router';
  if (file.startsWith('models/')) return 'models';
  if (file.startsWith('sim/cli/')) return 'cli';
  if (file.startsWith('sim/')) return 'sim';
  if (file.startsWith('scenarios/')) return 'scenarios';
  if (file.startsWith('web/')) return 'web';
  return 'test';
}

function importsOf(text: string): string[] {
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s*['"]([^'"]+)['"]|import\s*\(\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]/g;
  return [...text.matchAll(pattern)].map((m) => m[1] ?? m[2] ?? m[3]!);
}

function forbiddenFile(area: Area, target: string): string | null {
  const other = areaOf(target);
  if (other === area || MAY[area].includes(other)) return null;
  return `${area} must not import ${other} (${target})`;
}

function forbiddenPackage(area: Area, name: string): string | null {
  const allowed = PURE_PACKAGES[area];
  if (allowed === undefined) return null;
  return allowed.some((pattern) => pattern.test(name)) ? null : `${area} must not import the package ${name}`;
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/[^\n]*/g, '');
}
