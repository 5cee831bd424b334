/**
 * The scenario as text for the address: JSON, deflated, base64url, behind a version. Reading refuses, in words a reader
 * can use, what was cut off, is of another version, or would unpack to something huge.
 */
import type { ScenarioState } from './document-store.ts';

/** Why an address could not be read; the message is for the page. */
export class FragmentError extends Error {
  override readonly name = 'FragmentError';
}

const VERSION = '1';
/** Unpacked JSON that a link may hold, bytes. */
const MAX_BYTES = 256 * 1024;
/** Seeds that a link may ask for. */
export const MAX_SEEDS = 20;

const CUT_OFF = 'The link is damaged: it was probably cut off when it was copied.';

export async function encodeScenario(state: ScenarioState): Promise<string> {
  const json = JSON.stringify({ document: state.document, seeds: state.seeds });
  const stream = new Blob([json]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  const base64 = btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  return `${VERSION}.${base64}`;
}

/** throws: FragmentError */
export async function decodeScenario(text: string): Promise<ScenarioState> {
  const dot = text.indexOf('.');
  const version = text.slice(0, dot);
  if (dot === -1) throw new FragmentError(CUT_OFF);
  if (version !== VERSION) {
    throw new FragmentError(
      `The link was made by another version of Drydock (format ${version.slice(0, 12)}; this page reads ${VERSION}).`,
    );
  }
  return checked(parse(await inflate(bytesOf(text.slice(dot + 1)))));
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  if (!/^[\w-]+$/.test(base64url)) throw new FragmentError(CUT_OFF);
  try {
    const binary = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch {
    throw new FragmentError(CUT_OFF);
  }
}

async function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const decoder = new TextDecoder();
  let size = 0;
  let text = '';
  for (;;) {
    const chunk = await reader.read().catch(() => {
      throw new FragmentError(CUT_OFF);
    });
    if (chunk.done) return text + decoder.decode();
    size += chunk.value.byteLength;
    if (size > MAX_BYTES) {
      await reader.cancel();
      throw new FragmentError('The link holds more than a scenario can.');
    }
    text += decoder.decode(chunk.value, { stream: true });
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new FragmentError(CUT_OFF);
  }
}

function checked(value: unknown): ScenarioState {
  const { document, seeds } = (value ?? {}) as Partial<ScenarioState>;
  if (document === undefined) throw new FragmentError('The link holds no scenario.');
  if (!Number.isInteger(seeds) || seeds! < 1 || seeds! > MAX_SEEDS) {
    throw new FragmentError(`The link asks for ${String(seeds)} seeds; 1 to ${MAX_SEEDS} can be run here.`);
  }
  return { document, seeds: seeds! };
}
