/** From the events of a live router to the input of a simulated run. */
import { builderOptions } from '../../../src/parsing/builder-config.ts';
import { ModelRewrites } from '../../../src/parsing/model-rewrite.ts';
import { type IncomingRequest, RequestBuilder } from '../../../src/parsing/request-builder.ts';
import type { PromptIdentity } from '../../../src/routing/request.ts';
import type { RoutingEvent } from '../../../src/server/routing-core.ts';
import type { RecordedAnswer, RecordedSignal, Recording } from '../../cluster/recorded/recording.ts';
import { createStreams } from '../../kernel/streams.ts';
import { Course, type SimRequest } from '../../workload/request.ts';

/** Between events of one µs; whole ticks of the kernel's grid. */
const APART_US = 1 / 64;

/**
 * `requests`: what the workload's clients sent, by request id. Prompts are the simulator's own, so that its keys have to tell
 * prefixes apart as the live ones do; only where engines sent KV events, whose keys are hashes of real tokens, the
 * prompts are as the live router read them.
 */
export function recordingOf(
  events: readonly RoutingEvent[],
  requests: ReadonlyMap<string, SimRequest>,
  config: unknown,
): Recording {
  const promptOf = events.some(({ kind }) => kind === 'kvEvents') ? livePrompts(config) : null;
  const arrived: SimRequest[] = [];
  const signals: RecordedSignal[] = [];
  const answers = new Map<number, RecordedAnswer>();
  const looksUs: number[] = [];
  const numberOf = new Map<number, number>();
  const firstTokenUs = new Map<number, number>();
  let lastUs = 0;
  for (const event of events) {
    const atUs = Math.max(event.nowUs, lastUs + APART_US);
    lastUs = atUs;
    looksUs.push(atUs);
    switch (event.kind) {
      case 'scraped':
      case 'kvEvents':
        signals.push({ ...event, atUs });
        break;
      case 'arrived': {
        const sent = requests.get(event.incoming.requestId)!;
        numberOf.set(event.incoming.id, sent.request.id);
        arrived.push(again(sent, event.incoming, atUs, promptOf?.(event.incoming)));
        break;
      }
      case 'firstToken':
        firstTokenUs.set(event.id, atUs);
        break;
      case 'finished':
        answers.set(numberOf.get(event.id)!, {
          firstTokenUs: firstTokenUs.get(event.id) ?? -1,
          endUs: atUs,
          completed: event.cause === 'natural',
          usage: event.usage,
        });
        break;
      default:
    }
  }
  return { requests: arrived, signals, answers, looksUs };
}

/** The request as if it had not been sent yet, when and as long as the live router got it. */
function again(
  sent: SimRequest,
  { sizeBytes }: IncomingRequest,
  arrivalUs: number,
  prompt: PromptIdentity = sent.request.prompt,
): SimRequest {
  const { requestId, headers } = sent.request;
  const request = { ...sent.request, requestId, headers, arrivalUs, sizeBytes, prompt };
  return { ...sent, course: new Course(), request };
}

function livePrompts(config: unknown): (incoming: IncomingRequest) => PromptIdentity | undefined {
  const rewrites = new ModelRewrites(createStreams(0).open('rewrites'));
  const builder = new RequestBuilder(builderOptions(config, new Map(), rewrites));
  return (incoming) => {
    const result = builder.build(incoming);
    return 'built' in result ? result.built.request.prompt : undefined;
  };
}
