/**
 * Plugins of the policies in the box beside a user's own: a configuration that names one runs wherever it is given to, in the
 * lab, in a plain run and in production.
 */
import type { UserPlugins } from '../../../src/plugin-api/plugin-module.ts';
import { BASELINES } from './all.ts';

/** Plugins in the box. */
export const BOXED: UserPlugins = {
  router: BASELINES.flatMap(({ plugins }) => plugins),
  engine: [],
};

/** The plugins in the box, and these. */
export function withBoxed(own: UserPlugins = { router: [], engine: [] }): UserPlugins {
  return { router: [...BOXED.router, ...own.router], engine: [...BOXED.engine, ...own.engine] };
}
