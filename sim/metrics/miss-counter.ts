/** Counts, while a run goes on, the requests that have missed the loosest limits of an SLO: what is beyond what it forgives is lost. */
import type { SloSpec } from '../scenario/schema.ts';
import type { SimRequest } from '../workload/request.ts';
import { loosestLimits } from './slo.ts';

export class MissCounter {
  /** Requests after warm-up that have missed a limit, or were not served. */
  count = 0;
  readonly #warmupUs: number;
  readonly #limits: ReturnType<typeof loosestLimits>;

  constructor(slo: SloSpec, warmupUs: number) {
    this.#warmupUs = warmupUs;
    this.#limits = loosestLimits(slo);
  }

  /** A request has ended. */
  add({ course, request, outputTokens }: SimRequest): void {
    if (request.arrivalUs < this.#warmupUs || course.ending === 'inFlight') return;
    const { ttftUs, tpotUs, e2eUs } = this.#limits;
    const firstUs = course.firstTokenUs - request.arrivalUs;
    const perTokenUs = outputTokens > 1 ? (course.endUs - course.firstTokenUs) / (outputTokens - 1) : 0;
    const isWithin =
      course.ending === 'completed' &&
      firstUs <= ttftUs &&
      perTokenUs <= tpotUs &&
      course.endUs - request.arrivalUs <= e2eUs;
    if (!isWithin) this.count += 1;
  }
}
