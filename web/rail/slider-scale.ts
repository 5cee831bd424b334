/** Ranges of sliders: even steps, or a list of values that stand at even distances (1, 2, 4, 8). */

export type SliderScale =
  | { readonly min: number; readonly max: number; readonly step: number }
  | { readonly values: readonly number[] };

/** The range input's own numbers: a value itself, or its place in the list. */
export function rangeOf(scale: SliderScale): {
  readonly min: number;
  readonly max: number;
  readonly step: number;
} {
  return 'values' in scale ? { min: 0, max: scale.values.length - 1, step: 1 } : scale;
}

/** Where the thumb stands: of a list, at the entry that is nearest by ratio. */
export function thumbAt(scale: SliderScale, value: number): number {
  return 'values' in scale ? Math.round(placeIn(scale.values, value)) : value;
}

/** The value that the thumb stands for. */
export function valueAt(scale: SliderScale, thumb: number): number {
  return 'values' in scale ? scale.values[Math.round(thumb)]! : thumb;
}

/** Share of the track at which a value is, 0..1, for ticks; null beyond its ends. */
export function shareAt(scale: SliderScale, value: number): number | null {
  const { min, max } = rangeOf(scale);
  const at = 'values' in scale ? placeIn(scale.values, value) : value;
  const isWithin = 'values' in scale ? value >= scale.values[0]! && value <= scale.values.at(-1)! : true;
  return !isWithin || at < min || at > max || max === min ? null : (at - min) / (max - min);
}

/** Place on a list of rising positive values, between entries by ratio, held to its ends. */
function placeIn(values: readonly number[], value: number): number {
  const after = values.findIndex((one) => one >= value);
  if (after < 0) return values.length - 1;
  if (after === 0) return 0;
  const [low, high] = [values[after - 1]!, values[after]!];
  return after - 1 + Math.log(value / low) / Math.log(high / low);
}
