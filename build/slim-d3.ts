/**
 * Leaves out of d3 what the page does not use and a bundler cannot know to be unused: curves and random sources that are
 * made by calling a function at once, and curves that are a function and its prototype (both marked as free of side
 * effects, as d3's package.json says of all its modules), and the interpolation of colours, dates and texts
 * (web/charts/interpolate-number.ts).
 */
import { resolve } from 'node:path';
import type { Plugin } from 'vite';

/** A function, and behind it its prototype, each ending at a brace in the first column. */
const CURVE = /^function (\w+)\([^)]*\) \{[\s\S]*?^\}\s+\1\.prototype = \{[\s\S]*?^\};/gm;
const PURE = '/* @__PURE__ */';

const NUMBERS = 'web/charts/interpolate-number.ts';

export function slimD3(): Plugin {
  return {
    name: 'drydock-slim-d3',
    apply: 'build',
    enforce: 'pre',
    resolveId: (source) => (source === 'd3-interpolate' ? resolve(NUMBERS) : null),
    transform: {
      filter: { id: /node_modules[\\/]d3-/ },
      handler: (code) => ({
        code: code
          .replaceAll(/= \(function (?=custom|sourceRandom)/g, `= ${PURE} (function `)
          .replaceAll(CURVE, (text, name) => `var ${name} = ${PURE} (() => { ${text} return ${name}; })();`),
        map: null,
      }),
    },
  };
}
