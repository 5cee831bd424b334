/** A worker thread of the pool. */
import { parentPort } from 'node:worker_threads';
import nodeEndpoint from 'comlink/dist/esm/node-adapter';
import { assert } from '../../src/core/check.ts';
import { exposeRunWorker } from '../worker/over-comlink.ts';
import { NODE_HOST } from './pool-host.ts';

assert(parentPort !== null, 'this file runs in a worker thread of drydock');
exposeRunWorker(NODE_HOST, nodeEndpoint(parentPort));
