/**
 * A worker that can begin before all of the simulator has come. In the files below, what most runs need stays imported; the other
 * imports become a second script, which web/worker/later.ts loads when it is asked to, and their names stand for nothing until then:
 * an import is a live binding, so that nobody who uses it has to know. A list of such names (engines, plugins) begins with those
 * that are there and is filled, in its own order, with the others. Sources stay as they are, for the command and for tests.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Plugin } from 'vite';

/** By file: modules that stay (`only` of a list of many), or modules that come later. */
const FILES: Readonly<Record<string, { readonly stays: RegExp } | { readonly later: RegExp }>> = {
  'sim/engine/engines.ts': { stays: /core\/check|\/vllm\// },
  'sim/lab/baselines/all.ts': { stays: /^$/ },
  'src/routing/plugins.ts': {
    stays:
      /flow\/plugins\/|\/data\/(extractors|parsers|sources)|\/always|by-role|max-score|producers\/(approximate-prefix|token)\.|profiles\/(disaggregated|single)|scorers\/(kv-cache-utilization|prefix-cache|queue)\./,
  },
  'src/routing/admission.ts': { later: /flow\/flow-control/ },
  'src/routing/producers/precise-producers.ts': { later: /precise-prefix/ },
  'sim/cluster/simulate.ts': {
    later: /\/(autoscaler|ideal-router|perfect-cache|recorded-run|recorded-workload|rollouts|spot)\.ts$/,
  },
  'sim/cluster/fleet.ts': { later: /\/hf-config/ },
  'sim/cluster/replica-set.ts': { later: /\/lock-step/ },
  'sim/cluster/replica.ts': { later: /\/replica-tiers/ },
  'sim/cluster/tier-wiring.ts': { later: /\/tier\.ts$/ },
  'sim/engine/vllm/kind.ts': { later: /\/pipelined/ },
  'sim/workload/create.ts': { later: /\/(preset|trace-workload)\.ts$/ },
};

/** As the loader asks for it, and as the build knows it. */
const LATER = 'virtual:later';
export const LATER_MODULE = `\0${LATER}`;
const LOADER = 'web/worker/later.ts';
const IMPORT = /^import (?!type )\{([^}]*)\} from '([^']+)';$/gm;
const LIST = /^export const (\w+)(: readonly \w+\[\]) = (\[[^\]]*\]);$/m;

function fileOf(id: string): string | undefined {
  return Object.keys(FILES).find((file) => resolve(file) === id);
}

function isLaterImport(importer: string, specifier: string): boolean {
  const rule = FILES[fileOf(importer)!]!;
  return 'later' in rule ? rule.later.test(specifier) : !rule.stays.test(specifier);
}

export function laterImports(): Plugin {
  let isBuild = false;
  return {
    name: 'drydock-later-imports',
    enforce: 'pre',
    configResolved: ({ command }) => {
      isBuild = command === 'build';
    },
    resolveId: (id) => (id === LATER ? LATER_MODULE : null),
    load: (id) => (id === LATER_MODULE ? (isBuild ? everythingLater() : 'export {};') : null),
    transform: (code, id) =>
      isBuild && fileOf(id) !== undefined ? { code: rewritten(code, id), map: null } : null,
  };
}

/** A module of all that comes later. */
function everythingLater(): string {
  const exports = Object.keys(FILES).flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(IMPORT)]
      .filter(([, , specifier]) => isLaterImport(resolve(file), specifier!))
      .map(([, names, specifier]) => {
        const path = resolve(dirname(file), specifier!);
        return `export { ${namesOf(names!).values.join(', ')} } from '${path}';`;
      }),
  );
  return exports.join('\n');
}

function rewritten(code: string, id: string): string {
  const moved = code.replaceAll(IMPORT, (text, names: string, specifier: string) =>
    isLaterImport(id, specifier) ? later(names, specifier) : text,
  );
  const listed = moved.replace(
    LIST,
    (_, name: string, type: string, items: string) =>
      `const whole = () => (${items}).filter((one) => one !== $absent);
export const ${name}${type} = whole();
$filled(() => { (${name} as unknown[]).splice(0, ${name}.length, ...whole()); });`,
  );
  return `import { absent as $absent, filled as $filled, later as $later } from '${resolve(LOADER)}';\n${listed}`;
}

/** In place of an import: names that stand for nothing until it is made. Types stay. */
function later(text: string, specifier: string): string {
  const { types, values } = namesOf(text);
  return [
    ...(types.length === 0 ? [] : [`import type { ${types.join(', ')} } from '${specifier}';`]),
    ...values.map((name) => `let ${name}: any = $absent;`),
    `$later((m: any) => { ${values.map((name) => `${name} = m.${name};`).join(' ')} });`,
  ].join(' ');
}

function namesOf(text: string): { readonly types: readonly string[]; readonly values: readonly string[] } {
  const all = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return {
    types: all.filter((name) => name.startsWith('type ')).map((name) => name.slice('type '.length)),
    values: all.filter((name) => !name.startsWith('type ')),
  };
}
