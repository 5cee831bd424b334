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
import { definePlugin, type PluginFigure, type Screener } from '../plugin.ts';
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
  create(parameters, { rng, table }) {
    const screener = new RolloutScreener(parameters, rng);
    return { screener, figures: () => screener.figures(table) };
  },
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
  /** Strict header selections that matched no endpoint. */
  #unmatched = 0;

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
      const matches = matching.some(inScope);
      if (isStrict && !matches) this.#unmatched += 1;
      if (isStrict || matches) kept = matching;
    }
    const revision = this.#revisionFor(kept.filter(inScope), labels, draw);
    if (revision !== null) {
      const key = this.#parameters.revisionLabelKey;
      kept = kept.filter((row) => !inScope(row) || labels(row)[key] === revision);
    }
    rows.set(kept);
    return kept.length;
  }

  figures(table: EndpointTable): PluginFigure[] {
    const { mode, scope } = this.#parameters;
    const labels = (row: number) => table.endpoints[row]?.labels ?? {};
    const rows = [...table.rows].filter((row) => selects(scope, labels(row)));
    const weighed = mode === 'disabled' ? [] : this.#weighed(rows, labels);
    const all = weighed.reduce((sum, { weight }) => sum + weight, 0);
    const unmatched = { kind: 'counter', labels: {}, value: this.#unmatched } as const;
    return [
      { name: 'disaggregatedset_strict_header_no_match_total', ...unmatched },
      ...weighed.map(({ revision, weight }) => ({
        name: 'disaggregatedset_revision_gating_share',
        kind: 'gauge' as const,
        labels: { mode, revision },
        value: all === 0 ? 0 : weight / all,
      })),
    ];
  }

  /** A revision drawn by weight; null when gating is off or nothing carries a revision with weight. */
  #revisionFor(
    rows: readonly number[],
    labels: (row: number) => Readonly<Record<string, string>>,
    draw: number,
  ): string | null {
    if (this.#parameters.mode === 'disabled') return null;
    const weighed = this.#weighed(rows, labels);
    let left = draw * weighed.reduce((sum, { weight }) => sum + weight, 0);
    for (const { revision, weight } of weighed) {
      if (weight > 0 && left < weight) return revision;
      left -= weight;
    }
    return null;
  }

  /** Revisions of these endpoints, by name, and their weights. */
  #weighed(
    rows: readonly number[],
    labels: (row: number) => Readonly<Record<string, string>>,
  ): { readonly revision: string; readonly weight: number }[] {
    const { revisionLabelKey } = this.#parameters;
    const revisions = [...new Set(rows.map((row) => labels(row)[revisionLabelKey] ?? ''))]
      .filter((revision) => revision !== '')
      .sort();
    return revisions.map((revision) => ({
      revision,
      weight: this.#weigh(rows.map(labels).filter((each) => each[revisionLabelKey] === revision)),
    }));
  }

  #weigh(endpoints: readonly Readonly<Record<string, string>>[]): number {
    const { mode, requireRoles, roleLabelKey } = this.#parameters;
    const roles = endpoints.map((each) => each[roleLabelKey] ?? '');
    if (!requireRoles.every((role) => roles.includes(role))) return 0;
    if (mode === 'sum') return roles.length;
    return Math.max(0, ...roles.map((role) => roles.filter((other) => other === role).length));
  }
}
