/**
 * Request classes of a synthetic workload: what a class says for itself, and what it takes from the workload. Each attribute
 * has its own stream; classes that share a distribution share its stream.
 */
import type { Streams } from '../../src/core/rng.ts';
import type { LengthSpec, SyntheticSpec } from '../scenario/schema.ts';
import { adapterNames } from './adapter-names.ts';
import { type Sampler, tokenSampler } from './dist/sampler.ts';
import { zipfSampler } from './dist/zipf.ts';
import { type RequestTraits, requestTraits } from './simulated-request.ts';

/** Shared prefixes of a class: group g is content `firstContent + g` of the variant. */
export interface PrefixGroups {
  readonly tokens: number;
  readonly group: Sampler;
}

/** Requests of a class for one model or adapter: prefixes under different models share no KV, so they are different contents. */
export interface ClassVariant {
  readonly traits: RequestTraits;
  readonly firstContent: number;
}

/** Where the requests of one class come from. */
export interface RequestClass {
  readonly name: string;
  readonly weight: number;
  /** One, or one for each adapter. */
  readonly variants: readonly ClassVariant[];
  /** Picks a variant; null when there is one. */
  readonly variant: Sampler | null;
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
  const sharedGroups = spec.prefixes?.groups ?? 0;
  /** Start of the shared prefixes' contents by model. */
  const sharedContent = new Map<string, number>();
  let freeContent = 0;
  const take = (groups: number): number => {
    freeContent += groups;
    return freeContent - groups;
  };
  const named: readonly ClassSpec[] = spec.classes ?? [{ name: 'default', weight: 1 }];
  const modelsOf = (own: ClassSpec): readonly string[] =>
    own.adapters === undefined ? [own.model ?? model] : adapterNames(own.adapters.name, own.adapters.count);
  for (const name of named.flatMap(modelsOf)) {
    if (!sharedContent.has(name)) sharedContent.set(name, take(sharedGroups));
  }
  const classes = named.map((own, index): RequestClass => {
    const path = `workload/class/${own.name}`;
    const ownPrefixes = own.prefixes === undefined ? null : prefixGroups(own.prefixes, streams, path);
    const sampler = (length: LengthSpec | undefined, attribute: 'input' | 'output'): Sampler =>
      length === undefined ? shared[attribute] : tokenSampler(length, streams.open(`${path}/${attribute}`));
    const variants = modelsOf(own).map((name) => ({
      traits: requestTraits({ ...own, classIndex: index, model: name }),
      firstContent: own.prefixes === undefined ? sharedContent.get(name)! : take(own.prefixes.groups),
    }));
    return {
      name: own.name,
      weight: own.weight,
      variants,
      variant:
        variants.length === 1
          ? null
          : zipfSampler(variants.length, own.adapters?.zipf ?? 0, streams.open(`${path}/adapter`)),
      input: sampler(own.input, 'input'),
      output: sampler(own.output, 'output'),
      prefixes: ownPrefixes ?? shared.prefixes,
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
    this.prefixes = spec.prefixes === undefined ? null : prefixGroups(spec.prefixes, streams, 'workload');
  }
}

function prefixGroups(spec: PrefixesSpec, streams: Streams, path: string): PrefixGroups {
  return {
    tokens: Math.max(1, Math.round(spec.tokens)),
    group: zipfSampler(spec.groups, spec.zipf ?? 0, streams.open(`${path}/prefix`)),
  };
}
