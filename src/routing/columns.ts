/**
 * The data that producers hand to filters, scorers and handlers: one column object per data key, items indexed by
 * endpoint row. A key is `Type/ProducerName` (router specification 2.2, 3.11). Columns are made once and reused; their
 * arrays grow with the table, so a reader takes the array from the column at each use.
 *
 * `present` says whether the producer has filled the column for the request at hand. Exempt is in-flight load, which
 * is live and always there.
 */
/** Something with one item per row. */
interface RowColumn {
  /** Makes room for `rows` rows; new items are zero. */
  grow(rows: number): void;
}

/** Cached part of the prompt per endpoint. Counts are in blocks of `blockSizeTokens`. */
export class PrefixMatchColumn implements RowColumn {
  present = false;
  /** Known to hold zeros only: no endpoint has any block of the prompt. */
  isBlank = false;
  totalBlocks = 0;
  blockSizeTokens = 0;
  /** Blocks that count as matched (weighted by memory tier in the precise producer). */
  matchBlocks = new Float64Array(0);
  /** Blocks held, unweighted. */
  cachedBlocks = new Float64Array(0);
  /** Blocks held in the CPU tier, where the producer tells tiers apart; null where it does not. */
  cpuBlocks: Float64Array | null = null;

  grow(rows: number): void {
    this.matchBlocks = widened(this.matchBlocks, rows);
    this.cachedBlocks = widened(this.cachedBlocks, rows);
  }
}

/** Router-tracked load, live. */
export class InFlightColumn implements RowColumn {
  requests = new Float64Array(0);
  tokens = new Float64Array(0);

  grow(rows: number): void {
    this.requests = widened(this.requests, rows);
    this.tokens = widened(this.tokens, rows);
  }
}

/** Tokens of the request at hand that each endpoint would have to compute. */
export class UncachedColumn implements RowColumn {
  present = false;
  tokens = new Float64Array(0);

  grow(rows: number): void {
    this.tokens = widened(this.tokens, rows);
  }
}

/** Predicted latencies, ms; headroom = SLO - prediction. Items of rows with `valid` 0 mean nothing. */
export class LatencyColumn implements RowColumn {
  present = false;
  valid = new Float64Array(0);
  ttftMs = new Float64Array(0);
  tpotMs = new Float64Array(0);
  ttftHeadroomMs = new Float64Array(0);
  tpotHeadroomMs = new Float64Array(0);
  /** Requests that the router has dispatched there and that have not ended. */
  dispatched = new Float64Array(0);

  grow(rows: number): void {
    this.valid = widened(this.valid, rows);
    this.ttftMs = widened(this.ttftMs, rows);
    this.tpotMs = widened(this.tpotMs, rows);
    this.ttftHeadroomMs = widened(this.ttftHeadroomMs, rows);
    this.tpotHeadroomMs = widened(this.tpotHeadroomMs, rows);
    this.dispatched = widened(this.dispatched, rows);
  }
}

/** Multimodal items whose encoding an endpoint probably holds. */
export class EncoderMatchColumn implements RowColumn {
  present = false;
  totalItems = 0;
  matchedItems = new Float64Array(0);

  grow(rows: number): void {
    this.matchedItems = widened(this.matchedItems, rows);
  }
}

/** Session of the request; empty when it names none. */
export class SessionColumn implements RowColumn {
  session = '';

  grow(): void {}
}

/** Levels of locality of an endpoint, empty where unknown. */
export interface Locality {
  readonly host: string;
  readonly rack: string;
  readonly zone: string;
  readonly region: string;
}

/** Where endpoints are. */
export class TopologyColumn implements RowColumn {
  readonly of: (Locality | undefined)[] = [];

  grow(): void {}
}

/** Types of data and their columns. */
export interface ColumnTypes {
  PrefixCacheMatchInfo: PrefixMatchColumn;
  InFlightLoad: InFlightColumn;
  UncachedRequestTokens: UncachedColumn;
  LatencyPredictionInfo: LatencyColumn;
  EncoderCacheMatchInfo: EncoderMatchColumn;
  SessionID: SessionColumn;
  Topology: TopologyColumn;
}

/** TokenizedPrompt has no column: the request itself carries the prompt (`request.prompt`). */
export type DataType = keyof ColumnTypes | 'TokenizedPrompt';

/** Names one column. */
export interface DataKey {
  readonly type: DataType;
  readonly producer: string;
}

/** `Type/ProducerName`. */
export function keyText(key: DataKey): string {
  return `${key.type}/${key.producer}`;
}

const MAKERS: { readonly [T in keyof ColumnTypes]: () => ColumnTypes[T] } = {
  PrefixCacheMatchInfo: () => new PrefixMatchColumn(),
  InFlightLoad: () => new InFlightColumn(),
  UncachedRequestTokens: () => new UncachedColumn(),
  LatencyPredictionInfo: () => new LatencyColumn(),
  EncoderCacheMatchInfo: () => new EncoderMatchColumn(),
  SessionID: () => new SessionColumn(),
  Topology: () => new TopologyColumn(),
};

/** All columns of one router. */
export class Columns {
  readonly #byKey = new Map<string, RowColumn>();
  readonly #all: RowColumn[] = [];
  #rows = 0;

  /** The column of a key, made at first use; nobody may ever fill it, then it stays absent. */
  get<T extends keyof ColumnTypes>(type: T, producer: string): ColumnTypes[T] {
    const key = keyText({ type, producer });
    let column = this.#byKey.get(key);
    if (column === undefined) {
      column = MAKERS[type]();
      column.grow(this.#rows);
      this.#byKey.set(key, column);
      this.#all.push(column);
    }
    return column as ColumnTypes[T];
  }

  /** Makes every column long enough for the table. */
  grow(rows: number): void {
    if (rows <= this.#rows) return;
    this.#rows = Math.max(16, 2 * rows);
    for (const column of this.#all) column.grow(this.#rows);
  }
}

function widened(old: Float64Array<ArrayBuffer>, rows: number): Float64Array<ArrayBuffer> {
  if (old.length >= rows) return old;
  const wide = new Float64Array(rows);
  wide.set(old);
  return wide;
}
