/** Numbers of an EndpointPickerConfig that a search may change: from a point of the unit cube to a configuration. */
import { ConfigError, nearest } from '../../src/core/check.ts';
import type { KnobSpec } from './tune-schema.ts';

/** An EndpointPickerConfig as data. */
export type RouterConfig = Readonly<Record<string, unknown>>;

interface Entry {
  readonly pluginRef?: string;
  readonly type?: string;
  readonly name?: string;
  weight?: number;
  parameters?: Record<string, unknown> | null;
}

interface Editable {
  readonly plugins?: Entry[];
  readonly schedulingProfiles?: { readonly name: string; readonly plugins?: Entry[] }[];
}

/** Name of a knob in reports. */
export function knobName(knob: KnobSpec): string {
  if (knob.parameter !== undefined) return knob.parameter;
  const { weight = '', profile } = knob;
  return profile === undefined ? `weight of ${weight}` : `weight of ${weight} in ${profile}`;
}

/** Problems of a knob by itself; `path` is its place in the document. */
export function checkKnob(knob: KnobSpec, path: string): void {
  const { min, max, values, scale, weight, parameter } = knob;
  if ((weight === undefined) === (parameter === undefined)) {
    const found = weight === undefined ? 'neither weight nor parameter' : 'both weight and parameter';
    throw new ConfigError({ path, found, expected: 'one of them' });
  }
  if (values !== undefined) {
    if (min === undefined && max === undefined) return;
    throw new ConfigError({ path, found: 'values beside min and max', expected: 'either' });
  }
  if (min === undefined || max === undefined)
    throw new ConfigError({ path, found: 'no range', expected: 'min and max, or values' });
  if (min >= max)
    throw new ConfigError({ path: `${path}.max`, found: `${max}`, expected: `more than min (${min})` });
  if (scale === 'log' && min <= 0)
    throw new ConfigError({ path: `${path}.min`, found: `${min} on a log scale`, expected: 'more than 0' });
}

/** The value at a place of 0..1 within the knob's range. */
export function knobValue(knob: KnobSpec, place: number): number {
  const { min = 0, max = 0, values, scale, integer } = knob;
  if (values !== undefined) return values[Math.min(values.length - 1, Math.floor(place * values.length))]!;
  const value = scale === 'log' ? min * (max / min) ** place : min + place * (max - min);
  // Four digits: what a person would write, and well below what runs can tell apart.
  return integer === true ? Math.round(value) : Number(value.toPrecision(4));
}

/** The configuration with the knobs at these values. Throws ConfigError where it has no such number. */
export function withKnobs(
  config: RouterConfig,
  knobs: readonly KnobSpec[],
  values: readonly number[],
): RouterConfig {
  const copy = structuredCloned(config);
  for (const [i, knob] of knobs.entries()) {
    const path = `search[${i}]`;
    if (knob.parameter !== undefined) setParameter(copy, knob.parameter, values[i]!, `${path}.parameter`);
    else setWeight(copy, knob.weight ?? '', knob.profile, values[i]!, path);
  }
  return copy as RouterConfig;
}

/** Configurations are plain JSON. */
function structuredCloned(config: RouterConfig): Editable {
  return JSON.parse(JSON.stringify(config)) as Editable;
}

function setWeight(
  config: Editable,
  plugin: string,
  profile: string | undefined,
  value: number,
  path: string,
): void {
  const profiles = (config.schedulingProfiles ?? []).filter(
    ({ name }) => profile === undefined || name === profile,
  );
  if (profiles.length === 0) {
    const names = (config.schedulingProfiles ?? []).map(({ name }) => name);
    throw new ConfigError({
      path: `${path}.profile`,
      found: `"${profile}"`,
      expected: `one of ${names.join(', ')}`,
    });
  }
  const entries = profiles.flatMap(({ plugins = [] }) => plugins);
  const own = entries.filter(({ pluginRef }) => pluginRef === plugin);
  if (own.length === 0) {
    const names = [...new Set(entries.map(({ pluginRef = '' }) => pluginRef))];
    const expected = nearest(plugin, names) ?? `one of ${names.join(', ')}`;
    throw new ConfigError({ path: `${path}.weight`, found: `"${plugin}"`, expected });
  }
  for (const entry of own) entry.weight = value;
}

function setParameter(config: Editable, parameter: string, value: number, path: string): void {
  const dot = parameter.lastIndexOf('.');
  const plugin = parameter.slice(0, Math.max(0, dot));
  const names = (config.plugins ?? []).map(({ name, type }) => name ?? type ?? '');
  const entry = (config.plugins ?? [])[names.indexOf(plugin)];
  if (entry === undefined) {
    const expected = `<plugin>.<parameter> with a plugin of ${names.join(', ')}`;
    throw new ConfigError({ path, found: `"${parameter}"`, expected });
  }
  entry.parameters = { ...entry.parameters, [parameter.slice(dot + 1)]: value };
}
