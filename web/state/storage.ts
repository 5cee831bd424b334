/**
 * What this browser keeps between visits: traces that were dropped, documents that were kept, and what runs said. Nothing of it
 * ever leaves. Where a browser keeps nothing (private mode), everything works until the tab is closed.
 */

const NAME = 'drydock';
/** 2: calibrations. */
const VERSION = 2;
const STORES = ['traces', 'documents', 'runs', 'calibrations'] as const;
export type StoreName = (typeof STORES)[number];

let opening: Promise<IDBDatabase> | null = null;

function open(): Promise<IDBDatabase> {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      const { result } = request;
      for (const store of STORES)
        if (!result.objectStoreNames.contains(store)) result.createObjectStore(store);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the browser keeps nothing'));
  });
  return opening;
}

async function within<T>(
  name: StoreName,
  mode: IDBTransactionMode,
  ask: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await open();
  return await new Promise((resolve, reject) => {
    const request = ask(database.transaction(name, mode).objectStore(name));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the browser could not keep it'));
  });
}

/** False where the browser keeps nothing, or is full. */
export async function keep(name: StoreName, key: string, value: unknown): Promise<boolean> {
  try {
    await within(name, 'readwrite', (store) => store.put(value, key));
    return true;
  } catch {
    return false;
  }
}

export async function forget(name: StoreName, key: string): Promise<void> {
  await within(name, 'readwrite', (store) => store.delete(key)).catch(() => undefined);
}

/** Everything of a store by key; empty where the browser keeps nothing. */
export async function kept<T>(name: StoreName): Promise<Map<string, T>> {
  try {
    const keys = await within(name, 'readonly', (store) => store.getAllKeys());
    const values = await within<T[]>(name, 'readonly', (store) => store.getAll() as IDBRequest<T[]>);
    return new Map(keys.map((key, i) => [String(key), values[i]!]));
  } catch {
    return new Map();
  }
}
