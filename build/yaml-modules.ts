/** `import plan from './plan.yaml'`: a document of the scenarios folder becomes data when the page is built. */
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';
import { parse } from 'yaml';

export function yamlModules(): Plugin {
  return {
    name: 'drydock-yaml',
    load(id) {
      if (!id.endsWith('.yaml')) return null;
      return `export default ${JSON.stringify(parse(readFileSync(id, 'utf8')))};`;
    },
  };
}
