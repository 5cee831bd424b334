/**
 * What routing costs: one decision over small and large fleets, hashing of a prompt, and the prefix index, each as time
 * and as ratio to a plain least-queue scan of the same fleet in the same run. Every line carries a checksum of what was
 * computed, so that no work can be skipped unnoticed.
 */

import { createStreams } from '../sim/kernel/streams.ts';
import { TokenPrompt } from '../src/parsing/prompt-identity.ts';
import { ApproximateIndex } from '../src/prefix/approximate.ts';
import { writeApproximateKeys } from '../src/prefix/approximate-keys.ts';
import { createBlockKeyer } from '../src/prefix/block-keys.ts';
import { createRouter } from '../src/router.ts';
import type { RouterOutput } from '../src/routing/contract.ts';
import { EndpointTable } from '../src/routing/endpoint.ts';
import { type InferenceRequest, NO_HEADERS, type PromptIdentity } from '../src/routing/request.ts';

/** One result. */
export interface BenchLine {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly [detail: string]: number | string;
}

export type Print = (line: BenchLine) => void;

const PROMPT_TOKENS = 2000;
const BLOCK_TOKENS = 64;
/** Prompts of a run: 64 groups share 1,500 tokens of prefix each. */
const PROMPTS = 512;
const GROUPS = 64;
const SHARED_TOKENS = 1500;
const BATCH = 256;
const BATCHES = 60;

const CONFIG = {
  apiVersion: 'llm-d.ai/v1alpha1',
  kind: 'EndpointPickerConfig',
  plugins: [
    { type: 'queue-scorer' },
    { type: 'kv-cache-utilization-scorer' },
    { type: 'prefix-cache-scorer' },
  ],
  schedulingProfiles: [
    {
      name: 'default',
      plugins: [
        { pluginRef: 'queue-scorer', weight: 2 },
        { pluginRef: 'kv-cache-utilization-scorer', weight: 2 },
        { pluginRef: 'prefix-cache-scorer', weight: 3 },
      ],
    },
  ],
};

/** Runs all of them. */
export function routerBenches(print: Print): void {
  for (const endpoints of [64, 1000]) scheduleBench(print, endpoints);
  hashBench(print, 'xxh64-chain', () => hashApproximate());
  hashBench(print, 'cbor-fnv-chain', () => hashPrecise('cbor-fnv'));
  indexBench(print);
  memoryBench(print);
}

/** Median time of one call in µs, over batches of `calls` calls; `between` runs untimed after each batch. */
function medianUs(calls: number, work: (i: number) => void, between: () => void = () => {}): number {
  const times: number[] = [];
  for (let batch = 0; batch < BATCHES; batch++) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) work(batch * calls + i);
    times.push(((performance.now() - start) * 1000) / calls);
    between();
  }
  // The first half warms the compiler up.
  const settled = times.slice(BATCHES / 2).sort((a, b) => a - b);
  return settled[settled.length >> 1]!;
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/** A fleet with uneven, fixed loads. */
function fleet(endpoints: number): EndpointTable {
  const table = new EndpointTable();
  for (let i = 0; i < endpoints; i++) {
    const row = table.add({ id: `e${i}`, address: `10.0.${i >> 8}.${i & 255}:8000`, labels: {} });
    table.waiting[row] = (i * 7) % 11;
    table.running[row] = (i * 5) % 13;
    table.kvUsage[row] = ((i * 3) % 17) / 20;
    table.blockSizeTokens[row] = 16;
    table.numBlocks[row] = 20_000;
    table.scrapedAtUs[row] = 0;
  }
  return table;
}

/** Prompt tokens: a prefix of the group, then tokens of the prompt's own. */
function promptTokens(prompt: number): Uint32Array {
  const group = prompt % GROUPS;
  return Uint32Array.from(
    { length: PROMPT_TOKENS },
    (_, i) => Math.imul(i < SHARED_TOKENS ? group * 4099 + i : prompt * 65_537 + i + 7, 0x9e3779b1) >>> 9,
  );
}

/** Prompts whose keys are made already. */
function prompts(): PromptIdentity[] {
  return Array.from({ length: PROMPTS }, (_, i) => {
    const prompt = new TokenPrompt([{ tokens: promptTokens(i), items: [] }], {
      model: 'm',
      cacheSalt: '',
      keyer: null,
    });
    const keys = prompt.approximateKeys(BLOCK_TOKENS, Number.POSITIVE_INFINITY);
    return { tokens: prompt.tokens, approximateKeys: () => keys, preciseKeys: () => null };
  });
}

function requestOf(id: number, prompt: PromptIdentity): InferenceRequest {
  return {
    id,
    requestId: `r${id}`,
    model: 'm',
    incomingModel: 'm',
    arrivalUs: 0,
    priority: 0,
    fairnessId: 'default-flow',
    prompt,
    maxOutputTokens: 0,
    sizeBytes: 8000,
    headers: NO_HEADERS,
    multimodal: null,
    subset: null,
  };
}

/** Row with the fewest requests: what the simplest balancer does. */
function leastQueue(table: EndpointTable): number {
  const { rows, waiting, running } = table;
  let best = -1;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const load = waiting[row]! + running[row]!;
    if (load >= least) continue;
    least = load;
    best = row;
  }
  return best;
}

function scheduleBench(print: Print, endpoints: number): void {
  const table = fleet(endpoints);
  let checksum = 0;
  const scanUs = medianUs(20_000, (i) => {
    table.waiting[i % endpoints] = i % 9;
    checksum += leastQueue(table);
  });
  const output: RouterOutput = {
    dispatch: (_, dispatch) => {
      checksum += dispatch.rows[0]!;
    },
    reject: (_, rejection) => {
      throw new Error(`rejected: ${rejection.message}`);
    },
    evict: () => {},
  };
  table.signalsChanged();
  const router = createRouter({
    config: CONFIG,
    table,
    output,
    streams: createStreams(1),
    allowExperimentalPlugins: false,
  });
  const pool = prompts();
  const live: InferenceRequest[] = Array.from({ length: BATCH }, (_, i) => requestOf(i, pool[i]!));
  let nowUs = 0;
  let round = 0;
  const usage = { promptTokens: PROMPT_TOKENS, outputTokens: 100, cachedTokens: 0 };
  const arriveUs = medianUs(
    BATCH,
    (i) => router.arrive(live[i % BATCH]!, nowUs),
    () => {
      nowUs += 1000;
      round += 1;
      // A scrape: what rests on signals is computed anew.
      table.signalsChanged();
      for (let i = 0; i < BATCH; i++) {
        router.finished(live[i]!, usage, 'natural', nowUs);
        live[i] = requestOf(i, pool[(i + round * BATCH) % PROMPTS]!);
      }
    },
  );
  print({
    name: `router.schedule.${endpoints}`,
    value: rounded(arriveUs),
    unit: 'us',
    endpoints,
    promptTokens: PROMPT_TOKENS,
    leastQueueUs: rounded(scanUs),
    ratioToLeastQueue: rounded(arriveUs / scanUs),
    checksum,
  });
}

const hashTokens = promptTokens(1);
const hashOut = new Uint32Array(2 * Math.ceil(PROMPT_TOKENS / 16) + 2);

function hashApproximate(): number {
  const options = { blockSizeTokens: BLOCK_TOKENS, maxBlocks: Number.POSITIVE_INFINITY };
  const blocks = writeApproximateKeys(hashTokens, 'm', options, hashOut, 0);
  return hashOut[2 * blocks - 2]!;
}

function hashPrecise(algorithm: 'cbor-fnv' | 'xxh64'): number {
  const keyer = createBlockKeyer(algorithm, '');
  const size = 16;
  const blocks = Math.floor(PROMPT_TOKENS / size);
  keyer.start('m', hashOut, 0);
  for (let i = 0; i < blocks; i++) {
    const block = { tokens: hashTokens, from: i * size, count: size, extras: null };
    keyer.next(block, hashOut, 2 * i, 2 * i + 2);
  }
  return hashOut[2 * blocks]!;
}

function hashBench(print: Print, name: string, hash: () => number): void {
  const table = fleet(64);
  let checksum = 0;
  const scanUs = medianUs(20_000, () => {
    checksum += leastQueue(table);
  });
  const us = medianUs(100, () => {
    checksum = (checksum + hash()) % 2 ** 32;
  });
  print({
    name: `router.hash.${name}`,
    value: rounded(us),
    unit: 'us',
    promptTokens: PROMPT_TOKENS,
    ratioToLeastQueue: rounded(us / scanUs),
    checksum,
  });
}

/** Look-up and insert of 2,000-token prompts in an index over 64 endpoints. */
function indexBench(print: Print): void {
  const index = new ApproximateIndex();
  const keys = prompts().map((prompt) => prompt.approximateKeys(BLOCK_TOKENS, Number.POSITIVE_INFINITY));
  const counts = new Float64Array(64);
  let checksum = 0;
  for (let i = 0; i < 20_000; i++) index.insert((i * 29) % 64, keys[(i * 31) % PROMPTS]!, 20_000);
  const matchUs = medianUs(500, (i) => {
    checksum += index.match(keys[i % PROMPTS]!, counts) + counts[i % 64]!;
  });
  const insertUs = medianUs(500, (i) => index.insert((i * 29) % 64, keys[(i * 31) % PROMPTS]!, 20_000));
  const blocks = keys[0]!.length / 2;
  print({
    name: 'router.prefix.match',
    value: rounded(matchUs),
    unit: 'us',
    blocks,
    endpoints: 64,
    checksum,
  });
  print({ name: 'router.prefix.insert', value: rounded(insertUs), unit: 'us', blocks, endpoints: 64 });
}

/** Memory of an index that holds a million distinct blocks, each on one of 64 endpoints. */
function memoryBench(print: Print): void {
  const index = new ApproximateIndex();
  const blocks = 1_000_000;
  const keys = new Uint32Array(2 * 1000);
  for (let at = 0; at < blocks; at += 1000) {
    for (let i = 0; i < 1000; i++) {
      keys[2 * i] = Math.imul(at + i + 1, 0x9e3779b1);
      keys[2 * i + 1] = Math.imul(at + i + 1, 0x85ebca77);
    }
    index.insert((at / 1000) % 64, keys, blocks);
  }
  const value = rounded(index.bytes / 2 ** 20);
  print({ name: 'router.prefix.memory', value, unit: 'MiB per million blocks', blocks: index.blocks });
}
