/**
 * Digest of the simulator's sources, put in by the build. Reports of different digests may differ for the same scenario
 * and seed. Outside of a build (unit tests) it is `unbuilt`.
 */
declare const DRYDOCK_ENGINE_DIGEST: string | undefined;

export const ENGINE_DIGEST: string =
  typeof DRYDOCK_ENGINE_DIGEST === 'string' ? DRYDOCK_ENGINE_DIGEST : 'unbuilt';
