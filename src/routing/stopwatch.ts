/**
 * Durations of plugins, for hosts that want them. The router reads no clock: a host that wants durations hands one in, and the
 * router is then assembled of plugins in timing wrappers. Without one there are no wrappers, and nothing is asked per call.
 */
import type {
  Admitter,
  Filter,
  HeaderProcessor,
  Picker,
  Producer,
  ProfileHandler,
  RequestHooks,
  Scorer,
  Screener,
} from './plugin.ts';

/** Upstream's names of the places at which plugins are called (router specification 7.1). */
export type ExtensionPoint =
  | 'ProfilePicker'
  | 'Filter'
  | 'Scorer'
  | 'Picker'
  | 'ProcessProfilesResults'
  | 'RequestHeader'
  | 'Screener'
  | 'Admission'
  | 'DataProducer'
  | 'PreRequest'
  | 'ResponseReceived'
  | 'ResponseStreaming';

/** A host's clock and tallies. */
export interface Stopwatch {
  /** Monotonic, ms. */
  now(): number;
  /** Where the durations (ms) of one plugin at one place go; asked for once, at assembly. */
  tally(point: ExtensionPoint, plugin: PluginName): (ms: number) => void;
}

/** Which plugin is timed. */
export interface PluginName {
  readonly name: string;
  readonly type: string;
}

/** Wraps what a plugin can do; `stopwatch` null: gives it back as it is. */
export class Timing {
  readonly #stopwatch: Stopwatch | null;

  constructor(stopwatch: Stopwatch | null) {
    this.#stopwatch = stopwatch;
  }

  filter(filter: Filter, plugin: PluginName): Filter {
    const timed = this.#timer('Filter', plugin);
    if (timed === null) return filter;
    return { ...basisOf(filter), filter: (cycle) => timed(() => filter.filter(cycle)) };
  }

  scorer(scorer: Scorer, plugin: PluginName): Scorer {
    const timed = this.#timer('Scorer', plugin);
    if (timed === null) return scorer;
    return { ...basisOf(scorer), score: (cycle, out) => timed(() => scorer.score(cycle, out)) };
  }

  picker(picker: Picker, plugin: PluginName): Picker {
    const timed = this.#timer('Picker', plugin);
    if (timed === null) return picker;
    return { pick: (cycle, totals, picked) => timed(() => picker.pick(cycle, totals, picked)) };
  }

  handler(handler: ProfileHandler, plugin: PluginName): ProfileHandler {
    const next = this.#timer('ProfilePicker', plugin);
    const finish = this.#timer('ProcessProfilesResults', plugin);
    if (next === null || finish === null) return handler;
    const { prefillProfile, encodeProfile, destinationPort } = handler;
    return {
      ...{ prefillProfile, encodeProfile, destinationPort },
      next: (run) => next(() => handler.next(run)),
      finish: (run) => finish(() => handler.finish(run)),
      ...(handler.peerRow === undefined
        ? {}
        : { peerRow: (run, profile) => handler.peerRow?.(run, profile) ?? -1 }),
      ...(handler.headers === undefined
        ? {}
        : { headers: (picks, headers) => handler.headers?.(picks, headers) }),
    };
  }

  headerProcessor(processor: HeaderProcessor, plugin: PluginName): HeaderProcessor {
    const timed = this.#timer('RequestHeader', plugin);
    if (timed === null) return processor;
    return { fairnessId: (request) => timed(() => processor.fairnessId(request)) };
  }

  screener(screener: Screener, plugin: PluginName): Screener {
    const timed = this.#timer('Screener', plugin);
    if (timed === null) return screener;
    return {
      screen: (request, rows, count, table) => timed(() => screener.screen(request, rows, count, table)),
    };
  }

  producer(producer: Producer, plugin: PluginName): Producer {
    const timed = this.#timer('DataProducer', plugin);
    if (timed === null) return producer;
    return {
      produce: (request, rows, count, nowUs) => timed(() => producer.produce(request, rows, count, nowUs)),
      ...(producer.holdUntilUs === undefined
        ? {}
        : { holdUntilUs: (request, nowUs) => producer.holdUntilUs?.(request, nowUs) ?? nowUs }),
    };
  }

  admitter(admitter: Admitter, plugin: PluginName): Admitter {
    const timed = this.#timer('Admission', plugin);
    if (timed === null) return admitter;
    return {
      deny: (request, rows, count, nowUs) => timed(() => admitter.deny(request, rows, count, nowUs)),
    };
  }

  hooks(hooks: RequestHooks, plugin: PluginName): RequestHooks {
    if (this.#stopwatch === null) return hooks;
    return { ...this.#requestHooks(hooks, plugin), ...this.#responseHooks(hooks, plugin) };
  }

  #requestHooks(hooks: RequestHooks, plugin: PluginName): RequestHooks {
    const timed = hooks.onDispatched === undefined ? null : this.#timer('PreRequest', plugin);
    return {
      ...(timed === null
        ? {}
        : {
            onDispatched: (request, draft, nowUs) => timed(() => hooks.onDispatched?.(request, draft, nowUs)),
          }),
      ...(hooks.endpointRemoved === undefined
        ? {}
        : { endpointRemoved: (row, nowUs) => hooks.endpointRemoved?.(row, nowUs) }),
    };
  }

  #responseHooks(hooks: RequestHooks, plugin: PluginName): RequestHooks {
    const received = hooks.responseHeaders === undefined ? null : this.#timer('ResponseReceived', plugin);
    const isStreaming = hooks.onFirstToken !== undefined || hooks.onFinished !== undefined;
    const streaming = isStreaming ? this.#timer('ResponseStreaming', plugin) : null;
    return {
      ...(received === null
        ? {}
        : {
            responseHeaders: (request, dispatch, headers) =>
              received(() => hooks.responseHeaders?.(request, dispatch, headers)),
          }),
      ...(streaming === null || hooks.onFirstToken === undefined
        ? {}
        : {
            onFirstToken: (request, dispatch, nowUs) =>
              streaming(() => hooks.onFirstToken?.(request, dispatch, nowUs)),
          }),
      ...(streaming === null || hooks.onFinished === undefined
        ? {}
        : {
            onFinished: (request, dispatch, usage, cause, nowUs) =>
              streaming(() => hooks.onFinished?.(request, dispatch, usage, cause, nowUs)),
          }),
    };
  }

  /** Runs a call and tallies it; null without a stopwatch. */
  #timer(point: ExtensionPoint, plugin: PluginName): (<T>(call: () => T) => T) | null {
    const stopwatch = this.#stopwatch;
    if (stopwatch === null) return null;
    const tally = stopwatch.tally(point, plugin);
    return (call) => {
      const startMs = stopwatch.now();
      const result = call();
      tally(stopwatch.now() - startMs);
      return result;
    };
  }
}

/** What a filter or scorer looks at is not changed by its being timed. */
function basisOf({ basis }: Filter | Scorer): Pick<Filter, 'basis'> {
  return basis === undefined ? {} : { basis };
}
