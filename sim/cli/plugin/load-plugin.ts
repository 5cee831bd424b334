/**
 * Loads a user's plugins from a module: .js and .mjs as Node does, .ts bundled in memory first (types stripped, relative
 * imports drawn in) by rolldown, which has to be installed beside drydock or in the module's own folder.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigError } from '../../../src/core/check.ts';
import {
  joinedPlugins,
  type PluginModule,
  type UserPlugins,
  userPluginsOf,
} from '../../../src/plugin-api/plugin-module.ts';

/** As much of rolldown as is used here. */
interface Bundler {
  rolldown(options: { input: string; platform: 'node'; logLevel: 'silent' }): Promise<{
    generate(options: { format: 'esm' }): Promise<{ output: readonly { code?: string }[] }>;
  }>;
}

/** What has been loaded, by path: a thread bundles a module once. */
const loaded = new Map<string, Promise<UserPlugins>>();

/** The plugins that the modules export, in order; throws ConfigError for a file that is none. */
export async function loadPluginFiles(files: readonly string[]): Promise<UserPlugins> {
  const all: UserPlugins[] = [];
  for (const file of new Set(files.map((one) => resolve(one)))) {
    const before = loaded.get(file);
    const loading = before ?? loadPlugins(file);
    if (before === undefined) loaded.set(file, loading);
    all.push(await loading);
  }
  return joinedPlugins(all);
}

/** The plugins that the module exports; throws ConfigError for a file that is none. */
export async function loadPlugins(file: string): Promise<UserPlugins> {
  const path = resolve(file);
  if (!existsSync(path)) throw problem(file, 'no such file', 'a JavaScript or TypeScript module');
  const module = await imported(file, path);
  try {
    return userPluginsOf(module, '');
  } catch (error) {
    throw error instanceof ConfigError ? error.inFile(file) : error;
  }
}

async function imported(file: string, path: string): Promise<PluginModule> {
  const extension = extname(path);
  if (!['.js', '.mjs', '.ts', '.mts'].includes(extension))
    throw problem(file, `a file that ends in "${extension}"`, '.ts, .mts, .js or .mjs');
  try {
    const url = extension.endsWith('ts') ? dataUrl(await bundled(file, path)) : pathToFileURL(path).href;
    return (await import(/* @vite-ignore */ url)) as PluginModule;
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw problem(file, `a module that fails to load: ${(error as Error).message}`, 'a module that loads');
  }
}

function dataUrl(code: string): string {
  return `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`;
}

async function bundled(file: string, path: string): Promise<string> {
  const { rolldown } = await bundler(file, path);
  const bundle = await rolldown({ input: path, platform: 'node', logLevel: 'silent' });
  const { output } = await bundle.generate({ format: 'esm' });
  return output[0]?.code ?? '';
}

async function bundler(file: string, path: string): Promise<Bundler> {
  for (const from of [path, import.meta.url, join(process.cwd(), 'package.json')]) {
    let found: string;
    try {
      found = createRequire(from).resolve('rolldown');
    } catch {
      // Not installed there: the next place is asked.
      continue;
    }
    return (await import(/* @vite-ignore */ pathToFileURL(found).href)) as Bundler;
  }
  throw problem(
    file,
    'a TypeScript module, but no rolldown to translate it',
    'a .js or .mjs module, or rolldown installed (npm install rolldown)',
  );
}

function problem(file: string, found: string, expected: string): ConfigError {
  return new ConfigError({ path: '', file, found, expected });
}
