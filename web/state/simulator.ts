/** The one worker that all screens ask. */
import { WorkerClient } from '../worker/client.ts';

export const client = new WorkerClient();
