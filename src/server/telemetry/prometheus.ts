/** Prometheus text exposition: reading series of a scrape, and writing counters, gauges and histograms. */

/** One series of a scrape. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** ms; -Infinity when the line has none. */
  readonly timestampMs: number;
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+(-?\d+))?\s*$/;
const LABEL = /([a-zA-Z_]\w*)\s*=\s*"((?:[^"\\]|\\.)*)"/g;

/** Series of a text; lines that are no series (comments, blanks, broken ones) are passed over. */
export function parseExposition(text: string): Series[] {
  const found: Series[] = [];
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const match = LINE.exec(line);
    if (match === null) continue;
    const value = Number(match[3]!.replace(/^([+-]?)Inf$/, '$1Infinity'));
    if (Number.isNaN(value)) continue;
    const labels: Record<string, string> = {};
    for (const [, key, raw] of (match[2] ?? '').matchAll(LABEL)) {
      labels[key!] = raw!.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c));
    }
    const timestampMs = match[4] === undefined ? Number.NEGATIVE_INFINITY : Number(match[4]);
    found.push({ name: match[1]!, labels, value, timestampMs });
  }
  return found;
}

type Labels = Readonly<Record<string, string>>;

interface Histogram {
  /** By bucket, not summed up; what is above the last bound is in `count` only. */
  readonly counts: number[];
  sum: number;
  count: number;
}

/** Value of a counter or gauge. */
interface Cell {
  value: number;
}

interface Family {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly bounds: readonly number[];
  readonly values: Map<string, Cell>;
  readonly histograms: Map<string, Histogram>;
}

/** Metric families by name; label sets appear with their first use. */
export class Registry {
  readonly #families = new Map<string, Family>();

  add(name: string, labels: Labels, by = 1): void {
    this.#cell(name, 'counter', labels).value += by;
  }

  /** `add` of one for one label set, found once. The counter is on the page from its first value on. */
  counter(name: string, labels: Labels): () => void {
    let cell: Cell | null = null;
    return () => {
      cell ??= this.#cell(name, 'counter', labels);
      cell.value += 1;
    };
  }

  /** Shows a counter that is kept elsewhere. */
  count(name: string, labels: Labels, total: number): void {
    this.#cell(name, 'counter', labels).value = total;
  }

  set(name: string, labels: Labels, value: number): void {
    this.#cell(name, 'gauge', labels).value = value;
  }

  /** Drops the label sets of a gauge, before it is set anew from a fleet that may have shrunk. */
  clear(name: string): void {
    this.#families.get(name)?.values.clear();
  }

  observe(name: string, labels: Labels, value: number, bounds: readonly number[]): void {
    count(this.#histogram(name, labels, bounds), bounds, value);
  }

  /** `observe` for one label set, found once. The histogram is on the page from its first value on. */
  tally(name: string, labels: Labels, bounds: readonly number[]): (value: number) => void {
    let histogram: Histogram | null = null;
    return (value) => {
      histogram ??= this.#histogram(name, labels, bounds);
      count(histogram, bounds, value);
    };
  }

  text(): string {
    const lines: string[] = [];
    for (const [name, family] of this.#families) {
      lines.push(`# TYPE ${name} ${family.type}`);
      for (const [labels, { value }] of family.values) lines.push(`${name}${braces(labels)} ${value}`);
      for (const [labels, histogram] of family.histograms) {
        const before = labels === '' ? '' : `${labels},`;
        let upTo = 0;
        family.bounds.forEach((bound, i) => {
          upTo += histogram.counts[i]!;
          lines.push(`${name}_bucket{${before}le="${bound}"} ${upTo}`);
        });
        lines.push(`${name}_bucket{${before}le="+Inf"} ${histogram.count}`);
        lines.push(`${name}_sum${braces(labels)} ${histogram.sum}`);
        lines.push(`${name}_count${braces(labels)} ${histogram.count}`);
      }
    }
    return `${lines.join('\n')}\n`;
  }

  #cell(name: string, type: 'counter' | 'gauge', labels: Labels): Cell {
    const { values } = this.#family(name, type, []);
    const key = labelText(labels);
    let cell = values.get(key);
    if (cell === undefined) {
      cell = { value: 0 };
      values.set(key, cell);
    }
    return cell;
  }

  #histogram(name: string, labels: Labels, bounds: readonly number[]): Histogram {
    const { histograms } = this.#family(name, 'histogram', bounds);
    const key = labelText(labels);
    let histogram = histograms.get(key);
    if (histogram === undefined) {
      histogram = { counts: bounds.map(() => 0), sum: 0, count: 0 };
      histograms.set(key, histogram);
    }
    return histogram;
  }

  #family(name: string, type: Family['type'], bounds: readonly number[]): Family {
    let family = this.#families.get(name);
    if (family === undefined) {
      family = { type, bounds, values: new Map(), histograms: new Map() };
      this.#families.set(name, family);
    }
    return family;
  }
}

function count(histogram: Histogram, bounds: readonly number[], value: number): void {
  histogram.sum += value;
  histogram.count += 1;
  let bucket = 0;
  while (bucket < bounds.length && value > bounds[bucket]!) bucket += 1;
  if (bucket < bounds.length) histogram.counts[bucket]! += 1;
}

function braces(labels: string): string {
  return labels === '' ? '' : `{${labels}}`;
}

/** Texts of label sets that are used again and again as the same object. */
const texts = new WeakMap<Labels, string>();

function labelText(labels: Labels): string {
  let text = texts.get(labels);
  if (text === undefined) {
    text = textOf(labels);
    texts.set(labels, text);
  }
  return text;
}

function textOf(labels: Labels): string {
  const escaped = (value: string): string =>
    value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return Object.entries(labels)
    .map(([key, value]) => `${key}="${escaped(value)}"`)
    .join(',');
}
