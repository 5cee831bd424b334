/** Reads the address, starts the simulator, draws the page. */
import './style/fonts.css';
import './style/tokens.css';
import './style/base.css';
import './style/layout.css';
import './style/compare.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { startAddress } from './state/address.ts';
import { startRunner } from './state/runner.ts';

await startAddress();
startRunner();
createRoot(document.getElementById('root')!).render(<App />);
