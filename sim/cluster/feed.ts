/**
 * What the router can see of engines: columns as of the last scrape tick, never fresher. Nothing is scheduled: when an engine is
 * about to change, or the router about to look, the state as of the last tick is read out first (it has not changed
 * since), so the cost grows with what happens and not with the clock.
 */
import type { EndpointTable } from '../../src/routing/endpoint.ts';
import type { AdapterObservation, Engine, EngineObservation } from '../engine/engine.ts';

/** Source of one row. */
interface Scraped {
  readonly engine: Engine;
  readonly row: number;
  /** Tick whose state the row shows; -1 before the first. */
  tick: number;
  /** Scrapes fail: the row keeps what it shows. */
  lost: boolean;
}

/** Writes what the router may see of engines into its table. */
export interface SignalFeed {
  /** From now on the row shows this engine. */
  add(row: number, engine: Engine, nowUs: number): void;
  /** Scrapes of the row fail, or work again. */
  setLost(row: number, lost: boolean): void;
  /** The row's endpoint is gone. */
  remove(row: number): void;
  /** Call before an engine changes at `nowUs`; `beforeScrape` for phases that come before the scrape of their instant. */
  beforeChange(row: number, nowUs: number, beforeScrape: boolean): void;
  /** Call before the router looks at `nowUs`. */
  beforeLook(nowUs: number): void;
}

/** Scrapes all endpoints every `intervalUs`, at multiples of it. */
export class MetricsFeed implements SignalFeed {
  readonly #table: EndpointTable;
  readonly #intervalUs: number;
  readonly #sources: (Scraped | null)[] = [];
  readonly #observation: EngineObservation = { waiting: 0, running: 0, kvUsage: 0 };
  /** Tick that every row shows at least. */
  #allTick = -1;

  constructor(table: EndpointTable, intervalUs: number) {
    this.#table = table;
    this.#intervalUs = intervalUs;
  }

  add(row: number, engine: Engine, nowUs: number): void {
    const tick = Math.ceil(nowUs / this.#intervalUs) - 1;
    this.#sources[row] = { engine, row, tick, lost: false };
    this.#allTick = Math.min(this.#allTick, tick);
  }

  setLost(row: number, lost: boolean): void {
    const source = this.#sources[row];
    if (source !== undefined && source !== null) source.lost = lost;
  }

  remove(row: number): void {
    this.#sources[row] = null;
  }

  beforeChange(row: number, nowUs: number, beforeScrape: boolean): void {
    const source = this.#sources[row];
    if (source === undefined || source === null) return;
    const ticks = nowUs / this.#intervalUs;
    const tick = beforeScrape ? Math.ceil(ticks) - 1 : Math.floor(ticks);
    if (tick > source.tick) this.#scrape(source, tick);
  }

  beforeLook(nowUs: number): void {
    const tick = Math.floor(nowUs / this.#intervalUs);
    if (tick <= this.#allTick) return;
    this.#allTick = tick;
    for (const source of this.#sources) if (source !== null && source.tick < tick) this.#scrape(source, tick);
  }

  #scrape(source: Scraped, tick: number): void {
    source.tick = tick;
    if (source.lost) return;
    const table = this.#table;
    const { row, engine } = source;
    const seen = this.#observation;
    const atUs = tick * this.#intervalUs;
    engine.observe(atUs, seen);
    table.waiting[row] = seen.waiting;
    table.running[row] = seen.running;
    table.kvUsage[row] = seen.kvUsage;
    table.blockSizeTokens[row] = engine.blockSizeTokens;
    table.numBlocks[row] = engine.kvBlocks;
    table.scrapedAtUs[row] = atUs;
    if (engine.observeAdapters !== undefined) this.#scrapeAdapters(row, engine.observeAdapters());
    table.signalsChanged();
  }
  #scrapeAdapters(row: number, { running, waiting, most }: AdapterObservation): void {
    const table = this.#table;
    table.activeModels[row] = running;
    table.waitingModels[row] = waiting;
    table.maxActiveModels[row] = most;
  }
}
