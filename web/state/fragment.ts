/**
 * The scenario as text for the address: JSON, deflated, base64url, behind a version. Reading refuses, in words a reader
 * can use, what was cut off, is of another version, or would unpack to something huge.
 */
import { type About, aboutFrom, NO_ABOUT } from './about.ts';
import { DEFAULT_STATE, type DocumentKind, type ScenarioState } from './document-store.ts';
import { LINK_VERSION, type LinkBody, migrated } from './migrations.ts';
import { canonical } from './setup.ts';

/** Why an address could not be read; the message is for the page. */
export class FragmentError extends Error {
  override readonly name = 'FragmentError';
}

/** Unpacked JSON that a link may hold, bytes. */
const MAX_BYTES = 256 * 1024;
/** Seeds that a link may ask for. */
export const MAX_SEEDS = 20;

const CUT_OFF = 'The link is damaged: it was probably cut off when it was copied.';

/** `of`: the kind of document that the link is about; it is held whole even where it is the default. */
export async function encodeScenario(
  state: Partial<ScenarioState>,
  of: DocumentKind | null = 'comparison',
  about: About = NO_ABOUT,
): Promise<string> {
  const body = { ...bodyOf({ ...DEFAULT_STATE, ...state }, of), ...aboutOf(about) };
  const json = JSON.stringify(body);
  const stream = new Blob([json]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  const base64 = btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  return `${LINK_VERSION}.${base64}`;
}

/** What a link held. */
export interface DecodedLink {
  readonly state: ScenarioState;
  readonly about: About;
  /** It was made in an older form. */
  readonly isMigrated: boolean;
}

/** throws: FragmentError */
export async function decodeScenario(text: string): Promise<DecodedLink> {
  const dot = text.indexOf('.');
  const version = text.slice(0, dot);
  if (dot === -1) throw new FragmentError(CUT_OFF);
  const body = migrated(version, null) === null ? null : parse(await inflate(bytesOf(text.slice(dot + 1))));
  const link = body === null ? null : migrated(version, body);
  if (link === null) {
    throw new FragmentError(
      `The link was made by another version of Drydock (format ${version.slice(0, 12)}; this page reads ${LINK_VERSION} and older).`,
    );
  }
  return { state: checked(link), about: aboutFrom(link.about), isMigrated: version !== LINK_VERSION };
}

function bodyOf(state: ScenarioState, of: DocumentKind | null): LinkBody {
  const { document, seeds, plan, lab } = state;
  const isOwn = (kind: DocumentKind, value: unknown, first: unknown): boolean =>
    kind === of || canonical(value) !== canonical(first);
  const compare = { document, seeds };
  const first = { document: DEFAULT_STATE.document, seeds: DEFAULT_STATE.seeds };
  return {
    ...(isOwn('comparison', compare, first) ? { compare } : {}),
    ...(isOwn('plan', plan, DEFAULT_STATE.plan) ? { plan } : {}),
    ...(isOwn('lab', lab, DEFAULT_STATE.lab) ? { lab } : {}),
  };
}

function aboutOf(about: About): Pick<LinkBody, 'about'> {
  const { title, note } = aboutFrom(about);
  if (title === '' && note === '') return {};
  return { about: { ...(title === '' ? {} : { title }), ...(note === '' ? {} : { note }) } };
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

function checked({ compare, plan, lab }: LinkBody): ScenarioState {
  const { document, seeds } = compare ?? DEFAULT_STATE;
  if (document === undefined) throw new FragmentError('The link holds no scenario.');
  if (typeof seeds !== 'number' || !Number.isInteger(seeds) || seeds < 1 || seeds > MAX_SEEDS) {
    throw new FragmentError(`The link asks for ${String(seeds)} seeds; 1 to ${MAX_SEEDS} can be run here.`);
  }
  return { document, seeds, plan: plan ?? DEFAULT_STATE.plan, lab: lab ?? DEFAULT_STATE.lab };
}
