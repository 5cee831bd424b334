/**
 * Linear regression that learns sample by sample: recursive least squares with a ridge prior and slow forgetting.
 * Equals ridge regression over all samples so far when nothing is forgotten.
 *
 *   gain = P x / (f + x'P x);  w += gain * (y - x'w);  P = (P - gain x'P) / f
 */

/** Prior variance of each weight: weak against a handful of samples. */
const PRIOR_VARIANCE = 1e3;
/** Share of a sample's influence that is left one sample later; half is gone after about 700. */
const FORGETTING = 0.999;

/** y as a linear function of features. */
export class OnlineRidge {
  samples = 0;
  readonly #size: number;
  readonly #weights: Float64Array;
  /** Covariance of the weights, row-major. */
  readonly #covariance: Float64Array;
  readonly #projected: Float64Array;

  constructor(features: number) {
    this.#size = features;
    this.#weights = new Float64Array(features);
    this.#covariance = new Float64Array(features * features);
    this.#projected = new Float64Array(features);
    for (let i = 0; i < features; i++) this.#covariance[i * features + i] = PRIOR_VARIANCE;
  }

  predict(x: Float64Array): number {
    let sum = 0;
    for (let i = 0; i < this.#size; i++) sum += this.#weights[i]! * x[i]!;
    return sum;
  }

  learn(x: Float64Array, y: number): void {
    const size = this.#size;
    const px = this.#projected;
    let scale = FORGETTING;
    for (let i = 0; i < size; i++) {
      let sum = 0;
      for (let j = 0; j < size; j++) sum += this.#covariance[i * size + j]! * x[j]!;
      px[i] = sum;
    }
    for (let i = 0; i < size; i++) scale += x[i]! * px[i]!;
    const error = y - this.predict(x);
    for (let i = 0; i < size; i++) this.#weights[i] = this.#weights[i]! + (px[i]! / scale) * error;
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        const at = i * size + j;
        const next = (this.#covariance[at]! - (px[i]! * px[j]!) / scale) / FORGETTING;
        // Directions that samples do not excite must not grow without bound.
        this.#covariance[at] = Math.min(PRIOR_VARIANCE, Math.max(-PRIOR_VARIANCE, next));
      }
    }
    this.samples += 1;
  }
}
