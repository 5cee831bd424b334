/** Keeps the page for when there is no network, once it has nothing better to do. */

/** Wall time after which the page is at rest, ms. */
const REST_MS = 4000;

export function keepForOffline(): void {
  // The development server has no such worker; a page opened from a file may have none.
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  setTimeout(() => {
    navigator.serviceWorker.register('./service-worker.js').catch(() => {
      // A browser in private mode, or a server without TLS: the page works, but only with a network.
    });
  }, REST_MS);
}
