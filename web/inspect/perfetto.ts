/**
 * Hands a trace to the Perfetto page in a new window, by messages between windows: that page says PONG to a PING once it listens,
 * then it is sent the trace. The bytes stay in this browser. Nothing of the other site is touched before this is called.
 */

export const PERFETTO = 'https://ui.perfetto.dev';

/** How it went: handed over, a window that the browser did not let open, or nobody that answered. */
export type HandOver = 'done' | 'blocked' | 'silent';

const PING_MS = 50;
/** A page of some megabytes over a slow connection. */
const PATIENCE_MS = 60_000;

/** Must be called in the course of a press: browsers block windows otherwise. */
export async function openInPerfetto(
  trace: () => Promise<Blob>,
  title: string,
  fileName: string,
): Promise<HandOver> {
  // The other page must know its opener: that is who it answers.
  const other = window.open(PERFETTO);
  if (other === null) return 'blocked';
  if (!(await answers(other))) return 'silent';
  const buffer = await (await trace()).arrayBuffer();
  other.postMessage({ perfetto: { buffer, title, fileName } }, PERFETTO, [buffer]);
  return 'done';
}

/** Whether the page in a window listens; false where it is closed or says nothing for long. */
function answers(other: Window): Promise<boolean> {
  return new Promise((resolve) => {
    const started = performance.now();
    const end = (isThere: boolean): void => {
      clearInterval(timer);
      window.removeEventListener('message', hear);
      resolve(isThere);
    };
    const hear = ({ source, origin, data }: MessageEvent): void => {
      if (source === other && origin === PERFETTO && data === 'PONG') end(true);
    };
    const timer = setInterval(() => {
      if (other.closed || performance.now() - started > PATIENCE_MS) end(false);
      // As long as the window has not got there, the browser drops it, since it is meant for that origin only.
      else other.postMessage('PING', PERFETTO);
    }, PING_MS);
    window.addEventListener('message', hear);
  });
}
