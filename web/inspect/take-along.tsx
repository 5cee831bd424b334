/** The recording for other tools: a trace as a file, or handed to a page that draws traces. */
import { useState } from 'react';
import type { Recording } from '../../sim/inspect/recording.ts';
import { fileName, saveFile } from '../shell/save.ts';
import { type HandOver, openInPerfetto } from './perfetto.ts';
import { chromeTrace } from './trace-export.ts';

const ENDS: Readonly<Record<HandOver, string>> = {
  done: 'Handed over. The other page may ask whether it should trust this one.',
  blocked: 'The browser blocked the window. Allow windows of this page, or save the trace and open it there.',
  silent: 'The other page did not answer. Save the trace instead, and open it there when there is a network.',
};

export function TakeAlong({ recording, fleet }: { readonly recording: Recording; readonly fleet: string }) {
  const [state, setState] = useState<HandOver | 'waiting' | null>(null);
  const name = fileName(fleet, 'trace', 'json');
  const handOver = async (): Promise<void> => {
    setState('waiting');
    setState(await openInPerfetto(() => chromeTrace(recording, fleet), `Drydock: ${fleet}`, name));
  };
  return (
    <section aria-labelledby="take">
      <h2 id="take">Take it along</h2>
      <p>
        The recording as a Chrome trace, for Perfetto or <code>chrome://tracing</code>. Perfetto is another
        site (ui.perfetto.dev): the button opens it in a new window and hands it the trace inside this
        browser.
      </p>
      <p className="buttons">
        <button
          type="button"
          onClick={() => void chromeTrace(recording, fleet).then((trace) => saveFile(name, trace))}
        >
          Save trace
        </button>
        <button type="button" disabled={state === 'waiting'} onClick={() => void handOver()}>
          Open in Perfetto, another site
        </button>
      </p>
      <p className="reading" role="status">
        {state === 'waiting' ? 'Waiting for the other page…' : state === null ? '' : ENDS[state]}
      </p>
    </section>
  );
}
