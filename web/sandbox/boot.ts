/**
 * Starts the worker in which strangers' code may run: no DOM (it is a worker), no network (what reaches it is taken away
 * before anything is loaded, and the page's content security policy, which a worker out of a blob inherits, refuses what is
 * left), and no word to the page but through the lab's own messages.
 */
import entryUrl from './entry.ts?worker&url';

/** Ways out of a worker. */
const WAYS_OUT = [
  'fetch',
  'XMLHttpRequest',
  'WebSocket',
  'WebSocketStream',
  'WebTransport',
  'EventSource',
  'importScripts',
  'indexedDB',
  'caches',
  'BroadcastChannel',
  'Worker',
  'SharedWorker',
  'RTCPeerConnection',
  'RTCDataChannel',
  'FileReaderSync',
  'Notification',
  'navigator',
] as const;

/** Says that the worker listens. */
const READY = 'drydock-sandbox-ready';

/** Resolves once the worker listens; rejects where it could not be loaded. */
export async function startSandbox(): Promise<Worker> {
  const entry = new URL(entryUrl, import.meta.url).href;
  const boot = `for (const name of ${JSON.stringify(WAYS_OUT)}) {
  for (let at = globalThis; at !== null; at = Object.getPrototypeOf(at)) {
    if (Object.hasOwn(at, name)) Reflect.deleteProperty(at, name);
  }
  Object.defineProperty(globalThis, name, { value: undefined, writable: false, configurable: false });
}
import(${JSON.stringify(entry)}).then(() => postMessage(${JSON.stringify(READY)}));`;
  const url = URL.createObjectURL(new Blob([boot], { type: 'text/javascript' }));
  const worker = new Worker(url, { type: 'module', name: 'lab' });
  try {
    await new Promise<void>((resolve, reject) => {
      worker.addEventListener('message', ({ data }) => data === READY && resolve());
      worker.addEventListener('error', (event) =>
        reject(new Error(event.message || 'the lab could not be loaded')),
      );
    });
  } finally {
    URL.revokeObjectURL(url);
  }
  return worker;
}
