/** A worker that begins with a part of the simulator: a run that fails is made once more, with everything. */
import { expect, it } from 'vitest';
import { ENGINE_DIGEST } from '../../sim/run/engine-digest.ts';
import { parseScenario } from '../../sim/scenario/parse.ts';
import { createRunWorker } from '../../sim/worker/run-worker.ts';
import { scenarioDocument } from './documents.ts';

/** Runs where plugins can be had once `loadsNeeded` loads were made; `loads` says of each whether there was more to load. */
async function run(loadsNeeded: number, loads: readonly boolean[]) {
  let loaded = 0;
  const worker = createRunWorker(
    {
      nowMs: () => performance.now(),
      pause: async () => undefined,
      loadMore: async () => loads[loaded++] ?? false,
      loadPlugins: async () => {
        if (loaded < loadsNeeded) throw new Error('not loaded');
        return { router: [], engine: [] };
      },
    },
    () => undefined,
  );
  const outcome = await worker.run(
    { scenario: parseScenario(scenarioDocument(5)), seed: 1, plugins: ['a.js'] },
    ENGINE_DIGEST,
  );
  return { status: outcome.status, loaded };
}

it('loads nothing for a run that needs nothing', async () => {
  expect(await run(0, [true])).toEqual({ status: 'done', loaded: 0 });
});

it('loads what is missing and makes the run again', async () => {
  expect(await run(1, [true])).toEqual({ status: 'done', loaded: 1 });
});

it('says why a run fails that has everything, and does not try a third time', async () => {
  expect(await run(1, [false])).toEqual({ status: 'failed', loaded: 1 });
  expect(await run(2, [true, true])).toEqual({ status: 'failed', loaded: 1 });
});
