/**
 * The set of priority bands, highest priority first: configured ones, always priority 0, and one per priority
 * that an objective names. Upstream learns objectives from the cluster; here a host either declares their
 * priorities, or a priority counts as declared when the first request carries it (a request gets its priority
 * from an objective, so the band would exist upstream). A request of an undeclared priority goes to band 0.
 */
import { assert } from '../core/check.ts';
import { Band, type BandSettings } from './band.ts';

/** Idle time after which a flow is forgotten, and a dynamic band without flows, µs (upstream's constants). */
const FLOW_IDLE_US = 300_000_000;
const BAND_IDLE_US = 600_000_000;

/** Which bands there are and how new ones are made. */
export interface BandSetSettings {
  readonly bands: readonly (BandSettings & { readonly priority: number })[];
  /** For band 0 and dynamic bands of priority >= 0. */
  readonly defaultBand: BandSettings;
  /** For dynamic bands of negative priority. */
  readonly defaultNegativeBand: BandSettings;
}

/** Bands by priority. */
export class BandSet {
  readonly #settings: BandSetSettings;
  #ordered: Band[] = [];
  #priorities: number[] = [];
  /** Priorities of objectives; null: any priority that arrives. */
  #declared: ReadonlySet<number> | null = null;
  #nextCollectUs = Number.NEGATIVE_INFINITY;

  constructor(settings: BandSetSettings) {
    this.#settings = settings;
    for (const band of settings.bands) this.#add(new Band(band.priority, band, false, 0));
    if (this.#find(0) === undefined) this.#add(new Band(0, settings.defaultBand, false, 0));
  }

  /** Bands, highest priority first. */
  get ordered(): readonly Band[] {
    return this.#ordered;
  }

  /** Their priorities; index: rank. */
  get priorities(): readonly number[] {
    return this.#priorities;
  }

  /** Declares the priorities of all objectives, and makes their bands. */
  declare(priorities: readonly number[], nowUs: number): void {
    this.#declared = new Set(priorities);
    for (const priority of priorities)
      if (this.#find(priority) === undefined) this.#addDynamic(priority, nowUs);
  }

  /** Band that takes requests of a priority. */
  bandFor(priority: number, nowUs: number): Band {
    const found = this.#find(priority);
    if (found !== undefined) return found;
    if (this.#declared === null) return this.#addDynamic(priority, nowUs);
    const fallback = this.#find(0);
    assert(fallback !== undefined, 'band 0 is missing');
    return fallback;
  }

  /** Forgets idle flows and bands, every five minutes at most; never needs a wake-up of its own. */
  collect(nowUs: number): void {
    if (nowUs < this.#nextCollectUs) return;
    this.#nextCollectUs = nowUs + FLOW_IDLE_US;
    for (const band of this.#ordered) band.forgetIdleFlows(nowUs - FLOW_IDLE_US);
    this.#adopt(this.#ordered.filter((band) => !this.#isForgettable(band, nowUs)));
  }

  #isForgettable(band: Band, nowUs: number): boolean {
    if (!band.isDynamic || this.#declared?.has(band.priority) === true) return false;
    return band.requests === 0 && band.lastUsedUs <= nowUs - BAND_IDLE_US;
  }

  #find(priority: number): Band | undefined {
    for (const band of this.#ordered) if (band.priority === priority) return band;
    return undefined;
  }

  #addDynamic(priority: number, nowUs: number): Band {
    const { defaultBand, defaultNegativeBand } = this.#settings;
    const band = new Band(priority, priority < 0 ? defaultNegativeBand : defaultBand, true, nowUs);
    this.#add(band);
    return band;
  }

  #add(band: Band): void {
    assert(Number.isInteger(band.priority), `priority ${band.priority} is not an integer`);
    assert(this.#find(band.priority) === undefined, `priority band ${band.priority} given twice`);
    this.#adopt([...this.#ordered, band].sort((a, b) => b.priority - a.priority));
  }

  #adopt(bands: Band[]): void {
    this.#ordered = bands;
    this.#priorities = bands.map((band) => band.priority);
  }
}
