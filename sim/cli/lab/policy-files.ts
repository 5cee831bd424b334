/** What a lab's policies name: configurations as data, and mistakes told with their place in the document. */
import { parse } from 'yaml';
import { ConfigError } from '../../../src/core/check.ts';
import type { PolicySpec } from '../../lab/schema.ts';
import { type LoadedDocument, readText } from '../document.ts';

/** An EndpointPickerConfig: the document's own, or read from the file that it names. */
export function configOf(
  config: NonNullable<PolicySpec['config']>,
  document: LoadedDocument,
): Record<string, unknown> {
  if (typeof config !== 'string') return config;
  const file = document.resolve(config);
  const value: unknown = parse(readText(file, 'an EndpointPickerConfig'));
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ConfigError({ path: '', file, found: 'no mapping', expected: 'an EndpointPickerConfig' });
  return value as Record<string, unknown>;
}

/** Runs `action`; mistakes in the document name their line. */
export async function locating<T>(document: LoadedDocument, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof ConfigError ? document.locate(error) : error;
  }
}
