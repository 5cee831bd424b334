import { createHash } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { chunkGroups } from './build/chunk-groups.ts';
import { offline } from './build/offline.ts';
import { precomputed } from './build/precomputed.ts';
import { securityPolicy } from './build/security-policy.ts';
import { isWorkerFile, sharedWorkers } from './build/shared-workers.ts';
import { slimD3 } from './build/slim-d3.ts';
import { yamlModules } from './build/yaml-modules.ts';

/**
 * Constants of modules stay constants: V8 then puts their values into the code that it compiles. Vite would make them variables, which
 * are loaded and checked at each use.
 */
const CONSTANTS = { topLevelVar: false } as const;

/**
 * Four jobs of one file: `vite build` bundles the dashboard to dist/web, `--mode cli` the command to dist/cli
 * (dependencies included), `--mode bench` the benchmarks to .cache/bench, and vitest reads its projects from here.
 */
export default defineConfig(({ mode }) => {
  const define = {
    DRYDOCK_ENGINE_DIGEST: JSON.stringify(engineDigest()),
    DRYDOCK_VERSION: JSON.stringify(packageVersion()),
  };
  if (mode === 'bench') {
    return {
      define,
      publicDir: false,
      build: {
        ssr: true,
        target: 'node20',
        outDir: '.cache/bench',
        emptyOutDir: true,
        minify: false,
        rollupOptions: {
          input: { main: 'bench/main.ts', gateway: 'bench/gateway-main.ts' },
          output: { ...CONSTANTS },
        },
      },
    };
  }
  if (mode === 'cli') {
    return {
      define,
      publicDir: false,
      // A rebuilt file must stay executable: npm sets the bit only when it links the command.
      plugins: [{ name: 'executable', writeBundle: () => chmodSync('dist/cli/drydock.js', 0o755) }],
      // One file starts three times as fast as hundreds out of node_modules; native code cannot be in it, and the
      // Kubernetes client is larger than all the rest.
      ssr: { noExternal: true as const, external: ['zeromq', '@kubernetes/client-node'] },
      build: {
        ssr: true,
        target: 'node20',
        outDir: 'dist/cli',
        emptyOutDir: true,
        minify: false,
        rollupOptions: {
          // The worker threads' file lies beside the command's.
          // `drydock/plugin` is types (dist/plugin); at run time it is an empty module.
          input: {
            drydock: 'sim/cli/main.ts',
            worker: 'sim/cli/worker.ts',
            plugin: 'src/plugin-api/plugin-types.ts',
          },
          output: {
            ...CONSTANTS,
            banner: (chunk: { isEntry: boolean }) => (chunk.isEntry ? '#!/usr/bin/env node' : ''),
            entryFileNames: '[name].js',
            chunkFileNames: '[name]-[hash].js',
          },
        },
      },
    };
  }
  const chunks = chunkGroups();
  return {
    root: 'web',
    define,
    base: './',
    plugins: [
      yamlModules(),
      precomputed(engineDigest()),
      sharedWorkers(),
      chunks.plugin,
      slimD3(),
      react(),
      securityPolicy(),
      offline(),
    ],
    worker: { format: 'es' as const },
    build: {
      outDir: '../dist/web',
      emptyOutDir: true,
      target: 'es2022',
      modulePreload: {
        polyfill: false,
        // Preloading is done through the document, which workers do not have.
        resolveDependencies: (_, dependencies, { hostId }) => (isWorkerFile(hostId) ? [] : dependencies),
      },
      rolldownOptions: {
        output: { ...CONSTANTS, codeSplitting: { groups: chunks.groups } },
      },
    },
    preview: { port: 4173 },
    test: {
      root: '.',
      projects: [
        {
          plugins: [yamlModules()],
          test: {
            name: 'unit',
            root: '.',
            include: ['test/**/*.test.ts'],
            exclude: ['test/browser/**'],
            testTimeout: 20_000,
          },
        },
        {
          plugins: [yamlModules()],
          test: {
            name: 'browser',
            root: '.',
            include: ['test/browser/**/*.test.ts'],
            testTimeout: 60_000,
            hookTimeout: 60_000,
            fileParallelism: false,
          },
        },
      ],
    },
  };
});

function packageVersion(): string {
  return (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version;
}

/**
 * Digest of the sources that decide what a simulation computes: router, models and simulator without its shells and
 * without what only reads and writes other tools' files.
 */
function engineDigest(): string {
  const hash = createHash('sha256');
  for (const folder of ['src', 'models', 'sim']) {
    for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
      if (!path.endsWith('.ts') || /^(server|cli|node|export|import|gate)[\\/]/.test(path)) continue;
      hash.update(`${folder}/${path}\n`).update(readFileSync(join(folder, path)));
    }
  }
  return hash.digest('hex').slice(0, 12);
}
