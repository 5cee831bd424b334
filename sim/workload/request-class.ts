/**
 * Request classes of a synthetic workload: what a class says for itself, and what it takes from the workload. Each attribute
 * has its own stream; classes that share a distribution share its stream.
 */
import type { Streams } from '../../src/core/rng.ts';
import type { LengthSpec, SyntheticSpec } from '../scenario/schema.ts';
import { type Sampler, tokenSampler } from './dist/sampler.ts';
import { zipfSampler } from './dist/zipf.ts';
import { DEFAULT_TENANT, type RequestTraits, requestTraits } from './simulated-request.ts';

/** Shared prefixes of a class: group g is content `firstContent + g`. */
export interface PrefixGroups {
  readonly firstContent: number;
  readonly tokens: number;
  readonly group: Sampler;
}

/** Where the requests of one class come from. */
export interface RequestClass {
  readonly name: string;
  readonly weight: number;
  readonly traits: RequestTraits;
  readonly input: Sampler;
  readonly output: Sampler;
  readonly prefixes: PrefixGroups | null;
}

/** Classes of a workload and the first content id that none of their prefixes uses. */
export interface RequestClasses {
  readonly classes: readonly RequestClass[];
  readonly freeContent: number;
}

type ClassSpec = NonNullable<SyntheticSpec['classes']>[number];
type PrefixesSpec = NonNullable<SyntheticSpec['prefixes']>;

/** Builds the classes; a workload without any has one, named `default`. */
export function requestClasses(spec: SyntheticSpec, streams: Streams, model: string): RequestClasses {
  const shared = new SharedSamplers(spec, streams);
  let freeContent = spec.prefixes?.groups ?? 0;
  const named: readonly ClassSpec[] = spec.classes ?? [{ name: 'default', weight: 1 }];
  const classes = named.map((own, index): RequestClass => {
    const path = `workload/class/${own.name}`;
    let prefixes = shared.prefixes;
    if (own.prefixes !== undefined) {
      prefixes = prefixGroups(own.prefixes, freeContent, streams, path);
      freeContent += own.prefixes.groups;
    }
    const sampler = (length: LengthSpec | undefined, attribute: 'input' | 'output'): Sampler =>
      length === undefined ? shared[attribute] : tokenSampler(length, streams.open(`${path}/${attribute}`));
    return {
      name: own.name,
      weight: own.weight,
      traits: requestTraits(index, own.model ?? model, own.priority ?? 0, own.tenant ?? DEFAULT_TENANT),
      input: sampler(own.input, 'input'),
      output: sampler(own.output, 'output'),
      prefixes,
    };
  });
  return { classes, freeContent };
}

/** Samplers of the workload itself, for classes that have none of their own. */
class SharedSamplers {
  readonly input: Sampler;
  readonly output: Sampler;
  readonly prefixes: PrefixGroups | null;

  constructor(spec: SyntheticSpec, streams: Streams) {
    this.input = tokenSampler(spec.input, streams.open('workload/input'));
    this.output = tokenSampler(spec.output, streams.open('workload/output'));
    this.prefixes = spec.prefixes === undefined ? null : prefixGroups(spec.prefixes, 0, streams, 'workload');
  }
}

function prefixGroups(
  spec: PrefixesSpec,
  firstContent: number,
  streams: Streams,
  path: string,
): PrefixGroups {
  return {
    firstContent,
    tokens: Math.max(1, Math.round(spec.tokens)),
    group: zipfSampler(spec.groups, spec.zipf ?? 0, streams.open(`${path}/prefix`)),
  };
}
