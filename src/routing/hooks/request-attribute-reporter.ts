/**
 * Reports an integer computed from a response's token usage to the proxy, as dynamic metadata. The shell asks the
 * instance's `service` when the response ends and writes the metadata; 0 is not reported.
 */
import { Fields } from '../config/fields.ts';
import type { ResponseUsage } from '../contract.ts';
import { definePlugin } from '../plugin.ts';
import { parseUsageExpression, type UsageExpression } from './usage-expression.ts';

interface Parameters {
  readonly namespace: string;
  readonly name: string;
  readonly expression: UsageExpression;
  readonly condition: UsageExpression | null;
}

/** One value of dynamic metadata. */
export interface ReportedAttribute {
  readonly namespace: string;
  readonly name: string;
  readonly value: number;
}

/** What the instance offers to the shell. */
export interface AttributeReporter {
  /** Null when there is nothing to report. */
  report(usage: ResponseUsage): ReportedAttribute | null;
}

export const requestAttributeReporter = definePlugin<Parameters>({
  type: 'request-attribute-reporter',
  kinds: ['response'],
  stability: 'beta',
  summary: 'reports a number computed from token usage to the proxy',
  parse(raw, path) {
    const fields = new Fields(raw, path, ['attributes']);
    const attributes = fields.objects('attributes', ['key', 'expression', 'condition']);
    const [attribute] = attributes;
    if (attribute === undefined || attributes.length !== 1)
      return fields.refuse('attributes', 'exactly one attribute');
    const key = attribute.object('key', ['namespace', 'name']);
    const condition = attribute.string('condition', '');
    return {
      namespace: key.string('namespace', '') || 'envoy.lb',
      name: key.requiredString('name'),
      expression: parseUsageExpression(attribute.requiredString('expression'), attribute.at('expression')),
      condition: condition === '' ? null : parseUsageExpression(condition, attribute.at('condition')),
    };
  },
  create({ namespace, name, expression, condition }) {
    const service: AttributeReporter = {
      report({ promptTokens, outputTokens, cachedTokens }) {
        const usage = {
          prompt_tokens: promptTokens,
          completion_tokens: outputTokens,
          total_tokens: promptTokens + outputTokens,
          cached_tokens: cachedTokens,
        };
        if (condition !== null && condition(usage) !== true) return null;
        const value = expression(usage);
        return typeof value === 'number' && value !== 0 ? { namespace, name, value } : null;
      },
    };
    return { service };
  },
});
