/** Things that leave the page: a file, a text on the clipboard. */
import { useScreen } from '../state/address.ts';
import { useScenario } from '../state/document-store.ts';
import { shortHash } from '../state/short-hash.ts';
import { announce } from './announce.tsx';

/** Offers a file for download. */
export function saveFile(
  name: string,
  content: string | Uint8Array<ArrayBuffer> | Blob,
  type = 'application/octet-stream',
): void {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // A busy browser takes a while to begin.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  announce(`Saved ${name}.`);
}

/** Copies a text; says so, or that the browser refused. */
export async function copyText(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    announce(`Copied ${what}.`);
  } catch {
    announce(`The browser does not let this page copy. ${what} is in the address bar.`);
  }
}

/** `chat-70b_plan_20261128_3fa9c1e.yaml`: what it is of, from when, and of which document (docs/dashboard.md). */
export function fileName(subject: string, what: string, extension: string): string {
  const today = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  const slug = subject.replaceAll(/[^\w.-]+/g, '-').replaceAll(/^-+|-+$/g, '') || 'drydock';
  const hash = shortHash(useScreen.getState().screen, useScenario.getState());
  return `${slug}_${what}_${today}${hash === null ? '' : `_${hash}`}.${extension}`;
}
