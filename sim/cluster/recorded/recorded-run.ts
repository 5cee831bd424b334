/** What a run from a record has in place of engines, scrapes and the router's timer. */
import { createBlockKeyer } from '../../../src/prefix/block-keys.ts';
import { KvEventConsumer } from '../../../src/prefix/kv-events.ts';
import type { EndpointPicker } from '../../../src/router.ts';
import type { EndpointTable } from '../../../src/routing/endpoint.ts';
import { preciseProducers } from '../../../src/routing/producers/precise-producers.ts';
import { writeSample } from '../../../src/routing/sample.ts';
import type { Component, Kernel } from '../../kernel/kernel.ts';
import { PHASE } from '../../kernel/phases.ts';
import { ScaledStepModel } from '../../latency/scaled.ts';
import type { SignalFeed } from '../feed.ts';
import type { Fleet, PoolSetup } from '../fleet.ts';
import { RecordedEngine } from './recorded-engine.ts';
import type { Recording } from './recording.ts';

export class RecordedRun {
  readonly #recording: Recording;
  readonly #kernel: Kernel;
  #feed: RecordedFeed | null = null;
  #look = 0;

  constructor(recording: Recording, kernel: Kernel) {
    this.#recording = recording;
    this.#kernel = kernel;
  }

  /** The fleet with engines that play the record. */
  fleet(fleet: Fleet): Fleet {
    const { answers } = this.#recording;
    const pools = fleet.pools.map(
      (pool): PoolSetup => ({
        ...pool,
        engine: { ...pool.engine, create: () => new RecordedEngine(pool.engine, answers) },
        stepModel: new PromptlyDelivered(pool.stepModel),
        handoverUs: 0,
        lockStep: null,
        kvTiers: { tiers: [], hostBytesPerUs: 0 },
      }),
    );
    return { ...fleet, pools, kvStore: null, storeHandover: false };
  }

  /** The one feed: a live run has one router. */
  readonly makeFeed = (table: EndpointTable): SignalFeed => {
    this.#feed = new RecordedFeed(this.#recording.signals, table, this.#kernel);
    return this.#feed;
  };

  /** From now on recorded KV events go to the router's indexes. */
  connect(router: EndpointPicker): void {
    this.#feed!.connect(router);
  }

  /** When the live host looked after its router wanted to be asked at `wantedUs`; Infinity: not any more. */
  readonly wakeUs = (wantedUs: number, nowUs: number): number => {
    const { looksUs } = this.#recording;
    while (this.#look < looksUs.length && looksUs[this.#look]! <= nowUs) this.#look += 1;
    let look = this.#look;
    while (look < looksUs.length && looksUs[look]! < wantedUs) look += 1;
    return looksUs[look] ?? Number.POSITIVE_INFINITY;
  };
}

/** Requests reach the engine as they are sent: the record holds what the front end took. */
class PromptlyDelivered extends ScaledStepModel {
  override frontEndUs(): number {
    return 0;
  }
}

/** Shows the router what was recorded, when it was. */
class RecordedFeed implements SignalFeed, Component {
  readonly #signals: Recording['signals'];
  readonly #table: EndpointTable;
  readonly #kernel: Kernel;
  readonly #target: number;
  #consumers: readonly KvEventConsumer[] = [];

  constructor(signals: Recording['signals'], table: EndpointTable, kernel: Kernel) {
    this.#signals = signals;
    this.#table = table;
    this.#kernel = kernel;
    this.#target = kernel.register(this);
    this.#schedule(0);
  }

  connect(router: EndpointPicker): void {
    this.#consumers = preciseProducers(router).map(({ index, parameters }) => {
      const { hashAlgorithm, hashSeed, blockSizeTokens } = parameters;
      return new KvEventConsumer(index, createBlockKeyer(hashAlgorithm, hashSeed), blockSizeTokens);
    });
  }

  onEvent(_code: number, number: number, nowUs: number): void {
    const signal = this.#signals[number]!;
    if (signal.kind === 'scraped') writeSample(this.#table, signal.id, signal.sample, nowUs);
    else {
      const row = this.#table.rowOf(signal.id);
      const consumer = this.#consumers[signal.producer]!;
      for (const event of signal.events) consumer.apply(row, signal.model, event);
    }
    this.#schedule(number + 1);
  }

  #schedule(number: number): void {
    const signal = this.#signals[number];
    if (signal !== undefined) this.#kernel.at(signal.atUs, PHASE.scrape, this.#target, 0, number);
  }

  // Engines are not asked: the record has the answers.
  add(): void {}
  setLost(): void {}
  remove(): void {}
  beforeChange(): void {}
  beforeLook(): void {}
}
