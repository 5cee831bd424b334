/**
 * Engines behind the bootstrap services of prefill servers (Mooncake): `GET http://host:port/query` answers with an engine id for
 * each data-parallel rank. Kept for a while, since engines keep theirs until they restart.
 */
import { get } from 'node:http';
import { type EngineRank, hostOf } from './connectors.ts';

/** Upstream's time limit. */
const TIMEOUT_MS = 5000;
/** An engine that has restarted has another id. */
const KEPT_MS = 30_000;
const ANSWER_LIMIT_BYTES = 1024 * 1024;

interface Kept {
  readonly engines: Promise<readonly EngineRank[]>;
  readonly untilMs: number;
}

export class EngineDirectory {
  readonly #kept = new Map<string, Kept>();

  /** An engine of a prefill server: its ranks in turn, by `turn`. Rejects when there is none. */
  async engineOf(prefiller: string, port: number, turn: number): Promise<EngineRank> {
    const key = `${hostOf(prefiller)} ${port}`;
    let kept = this.#kept.get(key);
    if (kept === undefined || kept.untilMs < Date.now()) {
      this.#forgetOld();
      kept = { engines: query(hostOf(prefiller), port), untilMs: Date.now() + KEPT_MS };
      this.#kept.set(key, kept);
      kept.engines.catch(() => this.#kept.delete(key));
    }
    const engines = await kept.engines;
    return engines[turn % engines.length]!;
  }

  #forgetOld(): void {
    for (const [key, { untilMs }] of this.#kept) if (untilMs < Date.now()) this.#kept.delete(key);
  }
}

function query(host: string, port: number): Promise<readonly EngineRank[]> {
  return new Promise((resolve, reject) => {
    const request = get({ host, port, path: '/query', timeout: TIMEOUT_MS }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
        if (text.length > ANSWER_LIMIT_BYTES) request.destroy(new Error('the bootstrap answer is too long'));
      });
      response.on('error', reject);
      response.on('end', () => {
        try {
          if (response.statusCode !== 200)
            throw new Error(`bootstrap service: status ${response.statusCode}`);
          resolve(enginesOf(text));
        } catch (error) {
          reject(error as Error);
        }
      });
    });
    request.on('timeout', () => request.destroy(new Error('the bootstrap service is silent')));
    request.on('error', reject);
  });
}

/** `{"0": {"engine_id": ...}, ...}`; throws when it names none. */
function enginesOf(text: string): readonly EngineRank[] {
  const ranks = JSON.parse(text) as Readonly<Record<string, { readonly engine_id?: unknown } | null>>;
  const engines = Object.entries(ranks ?? {}).flatMap(([rank, entry]) =>
    typeof entry?.engine_id === 'string' ? [{ rank, engineId: entry.engine_id }] : [],
  );
  if (engines.length === 0) throw new Error('the bootstrap service names no engine');
  return engines;
}
