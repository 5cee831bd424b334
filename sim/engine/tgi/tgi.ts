/**
 * TGI 3's batching task with the chunking back-end (engines.md section 4): between two decode steps the queue gets a try; a
 * prefill step computes prompt chunks and a token for everyone in the batch, and a decode step always follows it.
 *
 * A request reserves its whole input and output (at most 1,024 tokens a leg) when it leaves the queue: no growth, no
 * preemption, the head of the queue waits. A longer answer is queued again after each leg. The prefix trie holds prompts
 * only, from the end of the request on. Steps of CPU and GPU do not overlap.
 */
import type { StepModel } from '../../latency/step-model.ts';
import type { SimRequest } from '../../workload/request.ts';
import { BatchShape } from '../batch-shape.ts';
import { DecodeSet } from '../decode-set.ts';
import { Deque } from '../deque.ts';
import type { Engine, EngineObservation, EngineSink, Leg } from '../engine.ts';
import { type Content, type RadixNode, RadixTree } from '../kv/radix-tree.ts';
import { EngineMeters } from '../meters.ts';
import { Sequence as EngineSequence, SequenceList } from '../sequence.ts';
import { Stepper } from '../stepper.ts';
import { EVERY_TOKEN, TokenStream } from '../token-stream.ts';
import { LEG_TOKENS, type TgiConfig } from './config.ts';

type Sequence = EngineSequence<RadixNode>;

/** One TGI server. */
export class TgiEngine implements Engine {
  readonly kvBlocks: number;
  readonly blockSizeTokens = 1;
  readonly meters = new EngineMeters();
  readonly #config: TgiConfig;
  readonly #model: StepModel;
  readonly #tree: RadixTree;
  readonly #stepper: Stepper;
  readonly #decodes = new DecodeSet<RadixNode>(1);
  /** The batch, oldest first. */
  readonly #running = new SequenceList<RadixNode>();
  readonly #waiting = new Deque<Sequence>();
  /** Turned away at the door; reported when the engine next acts. */
  #overloaded: SimRequest[] = [];
  /** Members of the batch whose prompt is not complete. */
  #prefilling: Sequence[] = [];
  #chunked: Sequence[] = [];
  #aborting: Sequence[] = [];
  #decodeIsDue = false;
  #admissions = 0;
  readonly #shape = new BatchShape();
  readonly #stream = new TokenStream(EVERY_TOKEN, this.#running, this.#decodes);

  constructor(config: TgiConfig, model: StepModel, poolTokens: number, fastForward: boolean) {
    this.#config = config;
    this.#model = model;
    this.kvBlocks = poolTokens;
    // Block 0 is reserved for padding.
    this.#tree = new RadixTree({ capacity: poolTokens - 1, pageTokens: 1, caching: config.prefixCaching });
    this.#stepper = new Stepper({ ahead: false, fastForward });
  }

  enqueue(request: SimRequest, leg: Leg, nowUs: number): void {
    if (this.#running.length + this.#waiting.length >= this.#config.maxConcurrentRequests) {
      this.#overloaded.push(request);
      return;
    }
    this.#waiting.pushBack(new EngineSequence<RadixNode>(request, leg, nowUs));
  }

  abort(request: SimRequest, _nowUs: number): boolean {
    const sequence = this.#find(request);
    if (sequence === undefined) return false;
    this.#stepper.unstick();
    if (sequence.state !== 'waiting' && this.#stepper.progress !== 'none') {
      sequence.aborted = true;
      this.#aborting.push(sequence);
    } else this.#leave(sequence);
    return true;
  }

  /** TGI has no disaggregation: nothing is ever loaded or held. */
  remoteReady(): void {}
  release(): void {}

  begin(nowUs: number, sink: EngineSink): number {
    this.#stepper.open(nowUs);
    this.#stepper.stuck = false;
    for (const request of this.#overloaded)
      sink.refused(request, '429 overloaded: max_concurrent_requests', nowUs);
    if (this.#overloaded.length > 0) this.#overloaded = [];
    this.#chunked = [];
    if (this.#decodes.count === 0) this.#decodeIsDue = false;
    const admitted = !this.#decodeIsDue && this.#admit(nowUs, sink);
    this.#splitChunks();
    if (this.#chunked.length > 0) {
      this.#decodeIsDue = admitted;
      return this.#beginMixed();
    }
    if (this.#decodes.count === 0) return this.#stepper.idle();
    const newcomerWaits = this.#waiting.length > 0 && (this.#decodeIsDue || !this.#stepper.stuck);
    this.#decodeIsDue = false;
    return this.#stepper.runSegment(this.#decodes, this.#model, newcomerWaits ? 1 : Number.POSITIVE_INFINITY);
  }

  end(nowUs: number, sink: EngineSink): void {
    const wasSegment = this.#stepper.progress === 'segment';
    const durationUs = this.#stepper.close(nowUs);
    if (wasSegment) this.#endSegment(durationUs, nowUs, sink);
    else this.#endMixed(durationUs, nowUs, sink);
    for (let done = this.#decodes.takeFinished(); done !== null; done = this.#decodes.takeFinished()) {
      this.#endLeg(done, nowUs, sink);
    }
    for (const sequence of this.#aborting) if (sequence.state !== 'gone') this.#leave(sequence);
    if (this.#aborting.length > 0) this.#aborting = [];
  }

  get pace(): Stepper {
    return this.#stepper;
  }

  interrupt(nowUs: number, urgent: boolean): number {
    return this.#stepper.interrupt(nowUs, urgent);
  }

  get evictedBlocks(): number {
    return this.#tree.evictedPages;
  }

  observe(_nowUs: number, out: EngineObservation): void {
    out.waiting = this.#waiting.length;
    out.running = this.#running.length;
    out.kvUsage = this.#tree.used / this.#tree.capacity;
  }

  // --- batching ---------------------------------------------------------------------------------------------------

  /** Takes entries from the queue while prefill budget and slots last; true when any was taken. */
  #admit(nowUs: number, sink: EngineSink): boolean {
    let budget = this.#config.maxBatchPrefillTokens - this.#decodes.count;
    for (const sequence of this.#prefilling) budget -= sequence.goal - sequence.computed;
    let taken = false;
    while (this.#waiting.length > 0 && budget > 0) {
      const sequence = this.#waiting.front()!;
      const { request } = sequence;
      const limit = Math.min(request.maxTokens - sequence.generated, LEG_TOKENS);
      const slots = sequence.goal + limit - 1;
      if (slots > this.#tree.capacity || sequence.goal + limit > this.#config.maxTotalTokens) {
        this.#waiting.popFront();
        sequence.state = 'gone';
        sink.refused(request, 'its input and output exceed max_total_tokens or the token pool', nowUs);
        continue;
      }
      this.#tree.lock(sequence, contentOf(sequence), sequence.goal - 1);
      if (slots - sequence.indexed > this.#tree.available) {
        this.#tree.release(sequence);
        this.#stepper.stuck = true;
        break;
      }
      this.#tree.allocate(sequence, slots - sequence.indexed);
      this.#waiting.popFront();
      this.#start(sequence, limit, nowUs, sink);
      budget -= sequence.goal - sequence.computed;
      taken = true;
    }
    return taken;
  }

  #start(sequence: Sequence, limit: number, nowUs: number, sink: EngineSink): void {
    const hit = sequence.indexed;
    sequence.computed = hit;
    sequence.target = Math.min(sequence.request.outputTokens, sequence.generated + limit);
    sequence.admission = this.#admissions++;
    sequence.state = 'prefilling';
    this.#running.append(sequence);
    this.#prefilling.push(sequence);
    if (!sequence.admittedBefore) this.meters.lookedUp(sequence.goal, hit);
    sequence.admittedBefore = true;
    sink.admitted(sequence.request, hit, nowUs);
  }

  /** Splits the prefill budget over unfinished prompts, oldest first, each at least one token. */
  #splitChunks(): void {
    let budget = this.#config.maxBatchPrefillTokens - Math.max(0, this.#running.length - 1);
    for (const sequence of this.#prefilling) {
      const tokens = Math.max(1, Math.min(sequence.goal - sequence.computed, budget));
      sequence.chunk = tokens;
      this.#chunked.push(sequence);
      budget -= tokens;
    }
  }

  // --- steps ------------------------------------------------------------------------------------------------------

  #beginMixed(): number {
    const set = this.#decodes;
    const shape = this.#shape.compose(set.count, set.contextAfter(1), 0, this.#chunked, this.#model);
    return this.#stepper.runStep(this.#model.stepUs(shape));
  }

  #endSegment(durationUs: number, nowUs: number, sink: EngineSink): void {
    const { segment } = this.#stepper;
    this.#stream.segment(segment, nowUs, sink);
    this.#decodes.advance(segment.steps);
    this.meters.step(durationUs, 0, this.#decodes.count, this.#tree.used, this.#tree);
  }

  #endMixed(durationUs: number, nowUs: number, sink: EngineSink): void {
    const { decodeSequences, prefillTokens } = this.#shape;
    this.meters.step(durationUs, prefillTokens, decodeSequences, this.#tree.used, this.#tree);
    this.#stream.step(durationUs, decodeSequences, nowUs, sink);
    this.#decodes.advance(1);
    for (const sequence of this.#chunked) {
      sequence.computed += sequence.chunk;
      sequence.chunk = 0;
      if (sequence.computed === sequence.goal) this.#token(sequence, nowUs, sink);
    }
    this.#prefilling = this.#prefilling.filter((s) => s.state === 'prefilling');
  }

  #token(sequence: Sequence, nowUs: number, sink: EngineSink): void {
    this.#stream.promptToken(sequence, nowUs, sink);
    if (sequence.generated < sequence.target) this.#decodes.add(sequence);
    else this.#endLeg(sequence, nowUs, sink);
  }

  // --- leaving ----------------------------------------------------------------------------------------------------

  /** The leg's output is complete: the request ends, or is queued again for its next leg. */
  #endLeg(sequence: Sequence, nowUs: number, sink: EngineSink): void {
    this.#running.remove(sequence);
    this.#tree.cache(sequence, contentOf(sequence), sequence.request.promptTokens);
    this.#tree.release(sequence);
    if (sequence.generated >= sequence.request.outputTokens) {
      sequence.state = 'gone';
      if (!sequence.aborted) sink.finished(sequence.request, nowUs);
      return;
    }
    sequence.state = 'waiting';
    sequence.goal = sequence.request.promptTokens + sequence.generated;
    sequence.lastTokenUs = nowUs;
    sequence.enqueuedUs = nowUs;
    this.#waiting.pushBack(sequence);
    sink.preempted(sequence.request, nowUs);
  }

  /** Takes a sequence out, wherever it stands. */
  #leave(sequence: Sequence): void {
    if (sequence.state === 'waiting') this.#waiting.remove(sequence);
    else this.#running.remove(sequence);
    if (sequence.state === 'decoding') this.#decodes.remove(sequence);
    this.#prefilling = this.#prefilling.filter((s) => s !== sequence);
    this.#tree.release(sequence);
    sequence.state = 'gone';
  }

  #find(request: SimRequest): Sequence | undefined {
    for (let s = this.#running.head; s !== null; s = s.after) if (s.request === request) return s;
    return this.#waiting.find((s) => s.request === request);
  }
}

/** Only the prompt is ever offered to or looked up in the trie. */
function contentOf(sequence: Sequence): Content {
  const { request } = sequence;
  return { prompt: request.prompt, outputId: request.outputContentId, outputTokens: 0 };
}
