/** Reads the address, starts the simulator, draws the page. */
import './style/fonts.css';
import './style/tokens.css';
import './style/base.css';
import './style/layout.css';
import './style/shell.css';
import './style/table.css';
import './style/chart.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { keepForOffline } from './shell/offline.ts';
import { startAddress } from './state/address.ts';
import { RUNS } from './state/runs.ts';

await startAddress();
for (const run of RUNS) run.start();
createRoot(document.getElementById('root')!).render(<App />);
keepForOffline();
