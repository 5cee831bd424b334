/**
 * The configuration in effect, defaults included, as a plain EndpointPickerConfig: it can be read, and loading it gives
 * the same router again. Parameters stand as they were written; injected plugins have none.
 */
import type { BandDocument, Reference } from './document.ts';
import type { RouterPlan } from './plan.ts';

type Plain = Readonly<Record<string, unknown>>;

/** A plain object without undefined members. */
export function effectiveConfig(plan: RouterPlan): Plain {
  const { document } = plan;
  return pruned({
    apiVersion: 'llm-d.ai/v1alpha1',
    kind: 'EndpointPickerConfig',
    featureGates: [
      `flowControl=${document.flowControlGate}`,
      `haPopulateNonLeaderDatastore=${document.populateNonLeaderDatastore}`,
    ],
    plugins: plan.plugins.map(({ name, type, rawParameters }) =>
      pruned({ name: name === type ? undefined : name, type, parameters: rawParameters }),
    ),
    schedulingProfiles: plan.profiles.map((profile) => ({
      name: profile.name,
      plugins: profile.entries.map(({ plugin, weight }) =>
        pruned({ pluginRef: plugin.name, weight: weight ?? undefined }),
      ),
    })),
    dataLayer: pruned({
      injectDefaults: document.injectDefaults ? undefined : false,
      sources: plan.sources.map(({ source, extractors }) => ({
        pluginRef: source.name,
        extractors: extractors.map((extractor) => ({ pluginRef: extractor.name })),
      })),
      discovery: document.discovery === null ? undefined : { pluginRef: document.discovery.name },
    }),
    flowControl: flowPart(plan),
    requestHandler: { parsers: plan.parsers.map((parser) => ({ pluginRef: parser.name })) },
  });
}

function flowPart(plan: RouterPlan): Plain {
  const { flow } = plan.document;
  return pruned({
    maxBytes: flow.maxBytes === 0 ? undefined : flow.maxBytes,
    maxRequests: flow.maxRequests === 0 ? undefined : flow.maxRequests,
    defaultRequestTTL: durationText(flow.defaultRequestTtlUs),
    noEndpointRequestTTL: durationText(flow.noEndpointRequestTtlUs),
    priorityBands:
      flow.bands.length === 0
        ? undefined
        : flow.bands.map((band) => ({ priority: band.priority, ...bandPart(plan, band) })),
    defaultPriorityBand: flow.defaultBand === null ? undefined : bandPart(plan, flow.defaultBand),
    defaultNegativePriorityBand:
      flow.defaultNegativeBand === null ? undefined : bandPart(plan, flow.defaultNegativeBand),
    saturationDetector: { pluginRef: plan.detector.name },
    usageLimitPolicyPluginRef: plan.usageLimit.name,
    enableEviction: flow.enableEviction ? true : undefined,
  });
}

function bandPart(plan: RouterPlan, band: BandDocument): Plain {
  const name = (reference: Reference | null, otherwise: string): string => reference?.name ?? otherwise;
  return pruned({
    maxBytes: band.maxBytes === 0 ? undefined : band.maxBytes,
    maxRequests: band.maxRequests === 0 ? undefined : band.maxRequests,
    fairnessPolicyRef: name(band.fairnessPolicy, plan.fairness.name),
    orderingPolicyRef: name(band.orderingPolicy, plan.ordering.name),
  });
}

function durationText(us: number | null): string | undefined {
  if (us === null) return undefined;
  return us % 1e6 === 0 ? `${us / 1e6}s` : `${us / 1e3}ms`;
}

function pruned(object: Plain): Plain {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
