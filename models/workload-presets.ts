/** The workload presets: one file each in workloads/, one line each here; and look-up by id. */
import { findById } from './find.ts';
import type { PresetWorkload, WorkloadPreset } from './workload-shape.ts';
import { arxivSummarisation } from './workloads/arxiv-summarisation.ts';
import { azure2023Code } from './workloads/azure-2023-code.ts';
import { azure2023Conversation } from './workloads/azure-2023-conversation.ts';
import { azure2024Code } from './workloads/azure-2024-code.ts';
import { azure2024Conversation } from './workloads/azure-2024-conversation.ts';
import { azure2025Multimodal } from './workloads/azure-2025-multimodal.ts';
import { batchSummarisation } from './workloads/batch-summarisation.ts';
import { burstgpt } from './workloads/burstgpt.ts';
import { chat } from './workloads/chat.ts';
import { codingAgents } from './workloads/coding-agents.ts';
import { codingAgentsShort } from './workloads/coding-agents-short.ts';
import { fixed1k1k } from './workloads/fixed-1k-1k.ts';
import { fixed1k8k } from './workloads/fixed-1k-8k.ts';
import { fixed8k1k } from './workloads/fixed-8k-1k.ts';
import { mooncakeConversation } from './workloads/mooncake-conversation.ts';
import { mooncakeSynthetic } from './workloads/mooncake-synthetic.ts';
import { mooncakeToolagent } from './workloads/mooncake-toolagent.ts';
import { rag } from './workloads/rag.ts';
import { servegenImage } from './workloads/servegen-image.ts';
import { servegenLarge } from './workloads/servegen-large.ts';
import { servegenMid } from './workloads/servegen-mid.ts';
import { servegenReasoning } from './workloads/servegen-reasoning.ts';
import { servegenSmall } from './workloads/servegen-small.ts';
import { sharegpt } from './workloads/sharegpt.ts';

/** All presets. */
export const WORKLOAD_PRESETS: readonly WorkloadPreset[] = [
  azure2023Code,
  azure2023Conversation,
  azure2024Code,
  azure2024Conversation,
  azure2025Multimodal,
  mooncakeConversation,
  mooncakeSynthetic,
  mooncakeToolagent,
  burstgpt,
  arxivSummarisation,
  batchSummarisation,
  sharegpt,
  servegenLarge,
  servegenMid,
  servegenSmall,
  servegenReasoning,
  servegenImage,
  codingAgents,
  codingAgentsShort,
  chat,
  rag,
  fixed1k1k,
  fixed8k1k,
  fixed1k8k,
];

/**
 * The preset of that id; `path` is where the id stands in the user's document. Throws ConfigError when
 * unknown.
 */
export function findWorkloadPreset(id: string, path = 'workload.name'): WorkloadPreset {
  return findById(WORKLOAD_PRESETS, id, { path, what: 'workload preset', list: 'drydock presets' });
}

/**
 * The workload of a preset, at another rate where one is given (sessions per second for multi-turn presets).
 */
export function presetAtRate(preset: WorkloadPreset, rateRps: number | undefined): PresetWorkload {
  const { workload } = preset;
  if (rateRps === undefined) return workload;
  const { arrivals } = workload;
  const changed =
    arrivals.process === 'burst' ? { process: 'poisson' as const, rateRps } : { ...arrivals, rateRps };
  return { ...workload, arrivals: changed };
}
