import { describe, expect, test } from 'vitest';
import { readSources, violations } from './imports.ts';

const files = readSources(process.cwd(), ['src', 'sim', 'models', 'web']);

describe('who may import whom', () => {
  test('holds everywhere', () => {
    expect(files.length).toBeGreaterThan(60);
    expect(violations(files)).toEqual([]);
  });

  test('is broken by each seeded violation', () => {
    const seeded = (path: string, text: string): string[] => violations([{ path, text }]);
    expect(seeded('src/routing/x.ts', "import { Kernel } from '../../sim/kernel/kernel.ts';")).toHaveLength(
      1,
    );
    expect(seeded('src/routing/x.ts', "import YAML from 'yaml';")).toHaveLength(1);
    expect(seeded('src/core/x.ts', "import { readFileSync } from 'node:fs';")).toHaveLength(1);
    expect(seeded('src/core/x.ts', "import type { Router } from '../routing/contract.ts';")).toHaveLength(1);
    expect(seeded('models/x.ts', "import { Kernel } from '../sim/kernel/kernel.ts';")).toHaveLength(1);
    expect(seeded('sim/engine/x.ts', "import { App } from '../../web/app.tsx';")).toHaveLength(1);
    expect(seeded('sim/engine/x.ts', "import { serve } from '../../src/server/main.ts';")).toHaveLength(1);
    expect(seeded('sim/engine/x.ts', 'export const now = () => Date.now();')).toHaveLength(1);
    expect(seeded('src/routing/x.ts', 'export const pick = () => Math.random();')).toHaveLength(1);
    expect(seeded('sim/engine/x.ts', "import { assert } from '../../src/core/check.ts';")).toHaveLength(0);
  });
});
