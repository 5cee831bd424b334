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
import { rememberRuns, startLibrary } from './state/library-store.ts';
import { RUNS } from './state/runs.ts';

await startLibrary();
await startAddress();
startGestures();
for (const run of RUNS) run.start();
rememberRuns();
createRoot(document.getElementById('root')!).render(<App />);
keepForOffline();
