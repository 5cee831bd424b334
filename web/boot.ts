/**
 * What takes longest is begun first: the simulator's worker, and the scripts of the screen that the address names. This file
 * is small and runs before the rest of the page has come.
 */
import { PAGES, readHash } from './screens.ts';
import { startAhead } from './worker/start.ts';

startAhead();
// Asked for again, and a failure told, when the screen is drawn.
PAGES[readHash(location.hash).screen]().catch(() => undefined);
