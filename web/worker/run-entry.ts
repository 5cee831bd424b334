/** A worker of the pool: makes one run at a time for the simulation worker. */
import { exposeRunWorker } from '../../sim/worker/over-comlink.ts';
import { createHost } from './host.ts';

exposeRunWorker(createHost());
