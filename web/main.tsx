/** Reads the address, starts the simulator, draws the page. */
import './style/fonts.css';
import './style/tokens.css';
import './style/base.css';
import './style/layout.css';
import './style/shell.css';
import './style/table.css';
import './style/chart.css';
import './style/print.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { keepForOffline } from './shell/offline.ts';
import { startAddress } from './state/address.ts';
import { startGestures } from './state/document-store.ts';
import { fillShelves, rememberRuns } from './state/library-store.ts';
import { RUNS } from './state/runs.ts';

// Not awaited here: screens import this file, and would wait for it.
void start();

async function start(): Promise<void> {
  void fillShelves();
  await startAddress();
  startGestures();
  for (const run of RUNS) run.start();
  createRoot(document.getElementById('root')!).render(<App />);
  rememberRuns();
  keepForOffline();
}
