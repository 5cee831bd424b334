/** Filters on pod labels. */
import { Fields } from '../config/fields.ts';
import { type LabelSelector, parseSelector, SELECTOR_KEYS, selects } from '../config/label-selector.ts';
import { definePlugin } from '../plugin.ts';
import { constantFilter } from '../row-flags.ts';

interface ByLabel {
  readonly label: string;
  readonly validValues: readonly string[];
  readonly allowsNoLabel: boolean;
}

export const byLabelFilter = definePlugin<ByLabel>({
  type: 'by-label',
  kinds: ['filter'],
  stability: 'deprecated',
  summary: 'endpoints whose label has one of some values',
  parse(raw, path) {
    const fields = new Fields(raw, path, ['label', 'validValues', 'allowsNoLabel']);
    const parameters = {
      label: fields.requiredString('label'),
      validValues: fields.strings('validValues'),
      allowsNoLabel: fields.boolean('allowsNoLabel', false),
    };
    if (parameters.validValues.length === 0 && !parameters.allowsNoLabel)
      fields.refuse('validValues', 'at least one value, or allowsNoLabel: true');
    return parameters;
  },
  create: ({ label, validValues, allowsNoLabel }, { table }) => ({
    filter: constantFilter(table, (labels) => {
      const value = labels[label];
      return value === undefined ? allowsNoLabel : validValues.includes(value);
    }),
  }),
});

export const labelSelectorFilter = definePlugin<LabelSelector>({
  type: 'label-selector-filter',
  kinds: ['filter'],
  stability: 'beta',
  summary: 'endpoints that a Kubernetes label selector matches',
  parse: (raw, path) => parseSelector(new Fields(raw, path, SELECTOR_KEYS)),
  create: (selector, { table }) => ({ filter: constantFilter(table, (labels) => selects(selector, labels)) }),
});

export const byLabelSelectorFilter = definePlugin<LabelSelector>({
  type: 'by-label-selector',
  kinds: ['filter'],
  stability: 'deprecated',
  summary: 'older form of label-selector-filter',
  parse(raw, path) {
    const fields = new Fields(raw, path, ['selector', ...SELECTOR_KEYS]);
    return [...parseSelector(fields), ...parseSelector(fields.object('selector', SELECTOR_KEYS))];
  },
  create: (selector, { table }) => ({ filter: constantFilter(table, (labels) => selects(selector, labels)) }),
});
