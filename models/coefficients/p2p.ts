/**
 * One transfer between two GPUs: `fixedUs + bytes / bandwidth`. Source: `VIDUR` in sources.ts; its H100 pair
 * file equals the A100 one and is left out.
 */

/** A path and its linear fit. */
export interface PointToPoint {
  readonly fixedUs: number;
  readonly bytesPerSecond: number;
}

/** By path. */
export const POINT_TO_POINT = {
  nvlinkH100: { fixedUs: 7.3, bytesPerSecond: 350e9 },
  nvswitchA100: { fixedUs: 14, bytesPerSecond: 290e9 },
  nvlinkPairA100: { fixedUs: 7.5, bytesPerSecond: 285e9 },
  nodesH100At400Gbps: { fixedUs: 18.8, bytesPerSecond: 35.6e9 },
  nodesA100: { fixedUs: 27.6, bytesPerSecond: 7.7e9 },
  pcieA40: { fixedUs: 2.1, bytesPerSecond: 4.2e9 },
} as const satisfies Record<string, PointToPoint>;
