/**
 * A lab in a worker: bursts of events with pauses in which a cancel is heard. Plugins are modules that the host has loaded;
 * this file knows no browser and no Node. A policy with a plugin is run twice before anything counts: one that answers the
 * same question differently the second time would make every comparison worthless.
 */
import { ConfigError } from '../../src/core/check.ts';
import { type PluginModule, userPluginsOf } from '../../src/plugin-api/plugin-module.ts';
import type { DecisionRecord } from '../../src/routing/decision.ts';
import type { EndpointTable } from '../../src/routing/endpoint.ts';
import { type CounterfactualDecision, oneCounterfactual } from '../lab/counterfactuals.ts';
import { LabJob, openLabCell } from '../lab/lab-job.ts';
import { type LabReport, labReport } from '../lab/lab-report.ts';
import { parseLab } from '../lab/parse.ts';
import { counterfactualsOf, type LabCell, labSeeds, type PolicyFiles, planLab } from '../lab/plan.ts';
import type { Lab, PolicySpec } from '../lab/schema.ts';
import type { JobOptions, JobOutcome, ProgressSink, WorkerHost } from './api.ts';
import { inBursts } from './bursts.ts';

const EVENTS_PER_LOOK = 512;
/** Decisions that are kept for looking at. */
const MOST_DECISIONS = 500;

/** Most alternatives that are replayed for one decision. */
const ALTERNATIVES = 5;

/** One decision, with instances by name. */
export interface ShownDecision {
  readonly request: number;
  readonly atUs: number;
  readonly promptTokens: number;
  readonly profiles: readonly {
    readonly profile: string;
    readonly candidates: readonly string[];
    readonly scorers: readonly {
      readonly plugin: string;
      readonly weight: number;
      readonly scores: readonly number[];
    }[];
    readonly totals: readonly number[];
    readonly stateAgesMs: readonly number[];
    readonly picked: readonly string[];
  }[];
  readonly refused: string | null;
}

export interface LabOptions extends Pick<JobOptions, 'jobId'> {
  /** Loads the modules that policies name, by path; each call gives fresh instances. */
  readonly loadModules: () => Promise<Readonly<Record<string, PluginModule>>>;
}

export interface LabWorker {
  runLab(
    document: unknown,
    options: LabOptions,
    onProgress: ProgressSink<LabReport>,
  ): Promise<JobOutcome<LabReport>>;
  /** The first decisions of a policy under the first workload and load, with the first seed. */
  labDecisions(
    document: unknown,
    policy: string,
    options: LabOptions,
  ): Promise<JobOutcome<readonly ShownDecision[]>>;
  /** One of those decisions with up to `ALTERNATIVES` others in its place, replayed; null where there is none to replay. */
  labRegret(
    document: unknown,
    policy: string,
    request: number,
    options: LabOptions,
  ): Promise<JobOutcome<CounterfactualDecision | null>>;
  /** False when no such lab runs. */
  cancelLab(jobId: string): boolean;
}

export function createLabWorker(host: WorkerHost): LabWorker {
  const running = new Set<string>();

  /** False when it was cancelled. */
  const drive = (jobId: string, step: () => boolean, tell: () => void): Promise<boolean> =>
    inBursts(host, { step, tell, isWanted: () => running.has(jobId) });

  async function run(
    document: unknown,
    { jobId, loadModules }: LabOptions,
    onProgress: ProgressSink<LabReport>,
  ): Promise<JobOutcome<LabReport>> {
    const lab = parseLab(document);
    const cells = planLab(lab, filesOf(await loadModules()));
    const seeds = labSeeds(lab);
    const pure = await checkPurity(lab, cells, loadModules, (step) => drive(jobId, step, () => undefined));
    if (!pure) return { status: 'cancelled', partial: null };
    const job = new LabJob(cells, { seeds, ...counterfactualsOf(lab) });
    const isWhole = await drive(
      jobId,
      () => job.step(EVENTS_PER_LOOK),
      () => {
        const { done, runsDone, runsTotal, label } = job;
        onProgress({ jobId, done, runsDone, runsTotal, label, partial: null });
      },
    );
    if (!isWhole) return { status: 'cancelled', partial: null };
    return {
      status: 'done',
      result: labReport(lab, lab.name ?? 'lab', cells, job.runs, job),
    };
  }

  async function decisions(
    document: unknown,
    policy: string,
    { jobId, loadModules }: LabOptions,
  ): Promise<JobOutcome<readonly ShownDecision[]>> {
    const { lab, cell } = await shownCell(document, policy, loadModules);
    if (cell === undefined) return { status: 'done', result: [] };
    const shown: ShownDecision[] = [];
    const simulation = openLabCell(cell, labSeeds(lab)[0]!, undefined, {
      onDecision: (decision, table) => {
        if (shown.length < MOST_DECISIONS) shown.push(shownDecision(decision, table));
      },
    });
    const isWhole = await drive(
      jobId,
      () => simulation.advance(EVENTS_PER_LOOK) || shown.length >= MOST_DECISIONS,
      () => undefined,
    );
    return isWhole ? { status: 'done', result: shown } : { status: 'cancelled', partial: null };
  }

  async function regret(
    document: unknown,
    policy: string,
    request: number,
    { jobId, loadModules }: LabOptions,
  ): Promise<JobOutcome<CounterfactualDecision | null>> {
    const { lab, cell } = await shownCell(document, policy, loadModules);
    if (cell === undefined) return { status: 'done', result: null };
    const replays = oneCounterfactual(cell, labSeeds(lab)[0]!, request, ALTERNATIVES, (own, seed, options) =>
      openLabCell(own, seed, undefined, options),
    );
    let found: CounterfactualDecision | null = null;
    const step = (): boolean => {
      const { done, value } = replays.next();
      if (done === true) found = value;
      return done === true;
    };
    const isWhole = await drive(jobId, step, () => undefined);
    return isWhole ? { status: 'done', result: found } : { status: 'cancelled', partial: null };
  }

  async function answered<Result>(
    jobId: string,
    work: () => Promise<JobOutcome<Result>>,
  ): Promise<JobOutcome<Result>> {
    running.add(jobId);
    try {
      return await work();
    } catch (error) {
      if (error instanceof ConfigError) return { status: 'invalid', problems: error.problems };
      return { status: 'failed', message: error instanceof Error ? error.message : String(error) };
    } finally {
      running.delete(jobId);
    }
  }

  return {
    runLab: (document, options, onProgress) =>
      answered(options.jobId, () => run(document, options, onProgress)),
    labDecisions: (document, policy, options) =>
      answered(options.jobId, () => decisions(document, policy, options)),
    labRegret: (document, policy, request, options) =>
      answered(options.jobId, () => regret(document, policy, request, options)),
    cancelLab: (jobId) => running.delete(jobId),
  };
}

/** The cell whose decisions are looked at: of the policy under the first workload and load. */
async function shownCell(
  document: unknown,
  policy: string,
  loadModules: LabOptions['loadModules'],
): Promise<{ readonly lab: Lab; readonly cell: LabCell | undefined }> {
  const lab = parseLab(document);
  const cells = planLab(lab, filesOf(await loadModules()));
  return { lab, cell: cells.find((one) => one.policy === policy && !one.isNull) };
}

/** Plugins and configurations of policies; what a policy names must have been handed in. */
function filesOf(modules: Readonly<Record<string, PluginModule>>): (policy: PolicySpec) => PolicyFiles {
  return ({ name, config, plugin }) => {
    const path = `policies.${name}`;
    if (typeof config === 'string') {
      throw new ConfigError({
        path: `${path}.config`,
        found: `the path "${config}"`,
        expected: 'the EndpointPickerConfig itself: a page has no files',
      });
    }
    if (plugin !== undefined && !Object.hasOwn(modules, plugin)) {
      throw new ConfigError({
        path: `${path}.plugin`,
        found: `"${plugin}", which has not been loaded`,
        expected: Object.keys(modules).join(', ') || 'a module that has been put on the page',
      });
    }
    return {
      ...(config === undefined ? {} : { config }),
      ...(plugin === undefined ? {} : { plugins: userPluginsOf(modules[plugin]!, `${path}.plugin`) }),
    };
  };
}

/** Runs each policy with a plugin twice, with fresh instances; throws where the two differ. False: cancelled. */
async function checkPurity(
  lab: Lab,
  cells: readonly LabCell[],
  loadModules: LabOptions['loadModules'],
  drive: (step: () => boolean) => Promise<boolean>,
): Promise<boolean> {
  for (const [i, { name, plugin }] of lab.policies.entries()) {
    if (plugin === undefined) continue;
    const again = planLab(lab, filesOf(await loadModules()));
    const prints: string[] = [];
    for (const own of [cells, again]) {
      const cell = own.find((one) => one.policy === name && !one.isNull)!;
      const job = new LabJob([cell], { seeds: labSeeds(lab).slice(0, 1) });
      if (!(await drive(() => job.step(EVENTS_PER_LOOK)))) return false;
      prints.push(job.runs[0]![0]!.fingerprint);
    }
    if (prints[0] !== prints[1]) {
      throw new ConfigError({
        path: `policies[${i}].plugin`,
        found: 'other decisions when the same run was made again',
        expected:
          'a plugin that decides by what it is given alone: no clock, no random numbers, no memory of another run',
      });
    }
  }
  return true;
}

function shownDecision(
  { request, nowUs, profiles, rejection }: DecisionRecord,
  table: EndpointTable,
): ShownDecision {
  const nameOf = (row: number): string => table.endpoints[row]?.id ?? `row ${row}`;
  return {
    request: request.id,
    atUs: nowUs,
    promptTokens: request.prompt.tokens,
    profiles: profiles.map((one) => ({
      profile: one.profile,
      candidates: one.candidates.map(nameOf),
      scorers: one.scorers.map(({ plugin, weight, scores }) => ({ plugin, weight, scores: [...scores] })),
      totals: [...one.totals],
      stateAgesMs: one.stateAgesUs.map((us) => us / 1e3),
      picked: one.picked.map(nameOf),
    })),
    refused: rejection === null ? null : rejection.message,
  };
}
