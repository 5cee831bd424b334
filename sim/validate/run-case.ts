/** Simulates a case: its script through its fleet, observed per stage. */
import { OVERHEAD } from '../../models/coefficients/framework-overhead.ts';
import { createRouter } from '../../src/router.ts';
import { EndpointTable } from '../../src/routing/endpoint.ts';
import { Cluster } from '../cluster/cluster.ts';
import { defaultRouterConfig } from '../cluster/default-router.ts';
import { buildFleet, type Fleet } from '../cluster/fleet.ts';
import { Kernel } from '../kernel/kernel.ts';
import { createStreams } from '../kernel/streams.ts';
import type { Calibration } from '../latency/calibration.ts';
import { Recorder } from '../metrics/recorder.ts';
import type { CalibrationSpec } from '../scenario/schema.ts';
import type { SimRequest } from '../workload/request.ts';
import type { MeasuredCase } from './case.ts';
import type { ReadCaseFile } from './case-files.ts';
import { caseFleet } from './case-fleet.ts';
import { caseRouter } from './case-router.ts';
import { CaseWorkload } from './case-workload.ts';
import { Observed } from './observed.ts';
import { planStages } from './plan.ts';
import { skip } from './skip.ts';

/** Outcome of a simulated case. */
export interface CaseRun {
  readonly fleet: Fleet;
  readonly whole: Observed;
  readonly stages: readonly Observed[];
  readonly meanInputTokens: number;
}

/** Scrape period of the router, µs (llm-d's default). */
const SCRAPE_US = 50e3;

/** Benchmark clients wait and do not ask twice. */
const PATIENT_CLIENTS = { timeoutUs: Number.POSITIVE_INFINITY, retries: 0, backoffUs: 1e6 };

/** Runs a case; throws CaseSkipped when it cannot be expressed. */
export function runCase(
  measured: MeasuredCase,
  readFile: ReadCaseFile,
  seed: number,
  calibration: CalibrationSpec | Calibration,
  serverUs = OVERHEAD.serverUs,
): CaseRun {
  const streams = createStreams(seed);
  const fleet = buildFleet(caseFleet(measured), calibration, 'fleet');
  const stages = planStages(measured, readFile, streams.open('validate/plan'));
  const hidesFrontEnd = measured.measured.summary?.frontend_delay_ms !== undefined;
  const workload = new CaseWorkload(
    stages,
    fleet.pools[0]!.model.id,
    hidesFrontEnd ? 0 : serverUs / fleet.pools[0]!.replicas,
  );
  const observed = stages.map(() => new Observed());
  const whole = new Observed();
  let failed = 0;
  let reason = '';
  let inputTokens = 0;
  const onRecord = (request: SimRequest): void => {
    const stage = workload.stageOf[request.request.id]!;
    if (stage < 0) return;
    if (request.course.ending !== 'completed') {
      failed += 1;
      reason = request.course.reason;
      return;
    }
    const hiddenUs = hidesFrontEnd
      ? fleet.pools[0]!.stepModel.frontEndUs(request.promptTokens)
      : -workload.waitedUs[request.request.id]!;
    inputTokens += request.promptTokens;
    whole.add(request, hiddenUs);
    observed[stage]!.add(request, hiddenUs);
  };
  const kernel = new Kernel();
  const table = new EndpointTable();
  const cluster = new Cluster({
    kernel,
    fleet,
    table,
    workload,
    recorder: new Recorder({ warmupUs: 0, slo: undefined, classes: workload.classes, onRecord }),
    scrapeIntervalUs: SCRAPE_US,
    fastForward: true,
    clients: PATIENT_CLIENTS,
    makeRouter: (output) =>
      createRouter({
        config: caseRouter(measured) ?? defaultRouterConfig(fleet),
        table,
        output,
        streams,
        allowExperimentalPlugins: false,
      }),
  });
  while (cluster.isActive && !kernel.run(Number.POSITIVE_INFINITY));
  if (whole.completed === 0) skip(`no request completed (${failed} failed: ${reason})`);
  return { fleet, whole, stages: observed, meanInputTokens: inputTokens / whole.completed };
}
