/**
 * Keeps the stages of one request within one revision while a disaggregated set rolls out. In scope: endpoints that
 * the selector matches; the others pass. Header selectors match a header against a label, strictly or as a preference.
 * Revision gating draws one revision, weighted by its endpoints, and drops those of the others.
 * Source: router specification 3.7.
 */
import type { Rng } from '../../core/rng.ts';
import { Fields } from '../config/fields.ts';
import { type LabelSelector, selects } from '../config/label-selector.ts';
import type { EndpointTable } from '../endpoint.ts';
import { definePlugin, type Screener } from '../plugin.ts';
import type { InferenceRequest } from '../request.ts';

interface HeaderSelector {
  readonly headerName: string;
  readonly labelKey: string;
  readonly isStrict: boolean;
}

interface Parameters {
  readonly scope: LabelSelector;
  readonly headerSelectors: readonly HeaderSelector[];
  /** sum: weight of a revision is its endpoints; max-role: those of its largest role; disabled: no gating. */
  readonly mode: 'sum' | 'max-role' | 'disabled';
  /** A revision that lacks one of these roles has weight 0. */
  readonly requireRoles: readonly string[];
  readonly revisionLabelKey: string;
  readonly roleLabelKey: string;
}

export const disaggregatedsetRolloutScreener = definePlugin<Parameters>({
  type: 'disaggregatedset-rollout-screener',
  kinds: ['screener'],
  stability: 'alpha',
  summary: 'keeps a request within one revision during a rollout',
  parse: parseRollout,
  create: (parameters, { rng }) => ({ screener: new RolloutScreener(parameters, rng) }),
});

function parseRollout(raw: unknown, path: string): Parameters {
  const fields = new Fields(raw, path, ['scope', 'headerSelectors', 'revisionGating']);
  const scope = fields.object('scope', ['labelSelector']);
  const gating = fields.object('revisionGating', [
    'mode',
    'requireRoles',
    'revisionLabelKey',
    'roleLabelKey',
  ]);
  const headerSelectors = fields
    .objects('headerSelectors', ['name', 'headerName', 'labelKey', 'mode'])
    .map((item) => ({
      headerName: item.requiredString('headerName').toLowerCase(),
      labelKey: item.requiredString('labelKey'),
      isStrict: item.oneOf('mode', 'strict', ['strict', 'prefer']) === 'strict',
    }));
  return {
    scope: parseEqualities(scope),
    headerSelectors,
    mode: fields.has('revisionGating')
      ? gating.oneOf('mode', 'sum', ['sum', 'max-role', 'disabled'])
      : 'disabled',
    requireRoles: gating.object('requireRoles', ['values']).strings('values'),
    revisionLabelKey: gating.string('revisionLabelKey', '') || 'disaggregatedset.x-k8s.io/revision',
    roleLabelKey: gating.string('roleLabelKey', '') || 'disaggregatedset.x-k8s.io/role',
  };
}

/** `key=value,key!=value,key` in the short notation of selectors. */
function parseEqualities(scope: Fields): LabelSelector {
  const text = scope.string('labelSelector', '').trim();
  if (text === '') return [];
  return text.split(',').map((part) => {
    const match = /^\s*([^=!\s]+)\s*(?:(!=|==|=)\s*([^=\s]*))?\s*$/.exec(part);
    if (match === null) scope.refuse('labelSelector', 'a list such as "key=value,other!=value"');
    const [, key, operator, value] = match;
    if (operator === undefined) return { key: key!, operator: 'Exists', values: [] };
    return { key: key!, operator: operator === '!=' ? 'NotIn' : 'In', values: [value!] };
  });
}

class RolloutScreener implements Screener {
  readonly #parameters: Parameters;
  readonly #rng: Rng;

  constructor(parameters: Parameters, rng: Rng) {
    this.#parameters = parameters;
    this.#rng = rng;
  }

  screen(request: InferenceRequest, rows: Int32Array, count: number, table: EndpointTable): number {
    // One draw a request, whatever is decided.
    const draw = this.#rng.unit();
    const labels = (row: number) => table.endpoints[row]?.labels ?? {};
    const inScope = (row: number): boolean => selects(this.#parameters.scope, labels(row));
    let kept = Array.from(rows.subarray(0, count));
    for (const { headerName, labelKey, isStrict } of this.#parameters.headerSelectors) {
      const wanted = request.headers.get(headerName);
      if (wanted === undefined || wanted === '') continue;
      const matching = kept.filter((row) => !inScope(row) || labels(row)[labelKey] === wanted);
      if (isStrict || matching.some(inScope)) kept = matching;
    }
    const revision = this.#revisionFor(kept.filter(inScope), labels, draw);
    if (revision !== null) {
      const key = this.#parameters.revisionLabelKey;
      kept = kept.filter((row) => !inScope(row) || labels(row)[key] === revision);
    }
    rows.set(kept);
    return kept.length;
  }

  /** A revision drawn by weight; null when gating is off or nothing carries a revision with weight. */
  #revisionFor(
    rows: readonly number[],
    labels: (row: number) => Readonly<Record<string, string>>,
    draw: number,
  ): string | null {
    const { mode, revisionLabelKey } = this.#parameters;
    if (mode === 'disabled') return null;
    const revisions = [...new Set(rows.map((row) => labels(row)[revisionLabelKey] ?? ''))]
      .filter((revision) => revision !== '')
      .sort();
    const weights = revisions.map((revision) =>
      this.#weigh(rows.map(labels).filter((each) => each[revisionLabelKey] === revision)),
    );
    let left = draw * weights.reduce((sum, weight) => sum + weight, 0);
    for (let i = 0; i < revisions.length; i++) {
      if (weights[i]! > 0 && left < weights[i]!) return revisions[i]!;
      left -= weights[i]!;
    }
    return null;
  }

  #weigh(endpoints: readonly Readonly<Record<string, string>>[]): number {
    const { mode, requireRoles, roleLabelKey } = this.#parameters;
    const roles = endpoints.map((each) => each[roleLabelKey] ?? '');
    if (!requireRoles.every((role) => roles.includes(role))) return 0;
    if (mode === 'sum') return roles.length;
    return Math.max(0, ...roles.map((role) => roles.filter((other) => other === role).length));
  }
}
