/** The target `epp`: the EndpointPickerConfig of llm-d's endpoint picker. */
import { pluginGaps, scenarioGaps } from './gaps.ts';
import { header } from './header.ts';
import { routerParts } from './router.ts';
import type { ExportTarget } from './target.ts';
import { yamlText } from './yaml.ts';

export const eppTarget: ExportTarget = {
  name: 'epp',
  summary: 'EndpointPickerConfig of llm-d',
  make(source) {
    const router = routerParts(source.scenario);
    const flags = Object.entries(router.flags).map(
      ([name, value]) => `the flag --${name}=${value} of the picker`,
    );
    const gaps = [
      ...pluginGaps(router),
      ...flags,
      'the model servers: export them with --target llm-d, kustomize or an engine',
      ...scenarioGaps(source.scenario),
    ];
    const text = `${header(source, gaps)}${yamlText(router.config)}`;
    return { files: [{ path: 'epp-config.yaml', text }], gaps };
  },
};
