/** A sequence of colours that stays in order for every kind of colour vision: cividis (Nuñez, Anderton, Renslow 2018), by seven stops. */

const STOPS = [
  [0, 34, 78],
  [48, 69, 108],
  [87, 93, 109],
  [122, 120, 119],
  [158, 149, 119],
  [202, 181, 102],
  [254, 232, 56],
] as const;

/** Colour at a share, 0..1. */
export function cividis(share: number): string {
  return `rgb(${at(share).join(' ')})`;
}

/** Ink that can be read on that colour. */
export function inkOn(share: number): string {
  const [red, green, blue] = at(share).map((channel) => linear(channel / 255)) as [number, number, number];
  // Relative luminance; at 0.18 white and black have the same contrast.
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 ? '#000000' : '#ffffff';
}

function at(share: number): number[] {
  const place = Math.min(1, Math.max(0, share)) * (STOPS.length - 1);
  const from = Math.min(STOPS.length - 2, Math.floor(place));
  return STOPS[from]!.map((channel, i) =>
    Math.round(channel + (STOPS[from + 1]![i]! - channel) * (place - from)),
  );
}

function linear(channel: number): number {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
}
