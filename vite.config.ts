import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

/**
 * Three jobs of one file: `vite build` bundles the dashboard to dist/web, `vite build --mode cli` bundles the
 * command to dist/cli (dependencies stay in node_modules), and vitest reads its projects from here.
 */
export default defineConfig(({ mode }) => {
  if (mode === 'cli') {
    return {
      publicDir: false,
      build: {
        ssr: true,
        target: 'node20',
        outDir: 'dist/cli',
        emptyOutDir: true,
        minify: false,
        rollupOptions: {
          input: { drydock: 'sim/cli/main.ts' },
          output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
        },
      },
    };
  }
  return {
    root: 'web',
    base: './',
    plugins: [react()],
    worker: { format: 'es' as const },
    build: { outDir: '../dist/web', emptyOutDir: true, target: 'es2022' },
    preview: { port: 4173 },
    test: {
      root: '.',
      projects: [
        {
          test: {
            name: 'unit',
            root: '.',
            include: ['test/**/*.test.ts'],
            exclude: ['test/browser/**'],
            testTimeout: 20_000,
          },
        },
        {
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
