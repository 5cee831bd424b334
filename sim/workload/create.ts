/** From a scenario's `workload` to a source of requests: the list of workload kinds. */
import { ConfigError } from '../../src/core/check.ts';
import type { Streams } from '../../src/core/rng.ts';
import type { RunSpec, TraceSpec, WorkloadSpec } from '../scenario/schema.ts';
import { arrivalBounds } from './bounds.ts';
import { presetWorkload } from './preset.ts';
import { SyntheticWorkload } from './synthetic.ts';
import { type ReadLines, TraceWorkload } from './trace/trace-workload.ts';
import type { Workload } from './workload.ts';

/** What a workload takes from its run. */
export interface WorkloadContext {
  readonly streams: Streams;
  readonly run: RunSpec;
  /** Model that requests name unless the workload says otherwise. */
  readonly model: string;
  /** Reads trace files; without it a trace cannot be replayed. */
  readonly readLines?: ReadLines;
}

/** Builds the workload of one run. */
export function createWorkload(spec: WorkloadSpec, context: WorkloadContext): Workload {
  switch (spec.kind) {
    case 'synthetic':
      return new SyntheticWorkload(spec, context.streams, arrivalBounds(spec, context.run), context.model);
    case 'trace':
      return traceWorkload(spec, context);
    case 'preset':
      return createWorkload(presetWorkload(spec), context);
  }
}

function traceWorkload(spec: TraceSpec, context: WorkloadContext): Workload {
  const { path } = spec;
  if (path === undefined) {
    throw new ConfigError({
      path: 'workload.path',
      found: 'nothing',
      expected: `the path of a ${spec.format === 'auto' ? '' : `${spec.format} `}trace (--trace FILE sets it)`,
    });
  }
  if (context.readLines === undefined) {
    throw new ConfigError({
      path: 'workload.path',
      found: path,
      expected: 'no trace: files cannot be read here',
    });
  }
  return new TraceWorkload(spec, {
    path,
    readLines: context.readLines,
    streams: context.streams,
    bounds: arrivalBounds(spec, context.run),
    model: context.model,
  });
}
