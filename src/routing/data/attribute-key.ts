/** Scalar attributes of endpoints, named by attribute and producer. */
import type { Fields } from '../config/fields.ts';

/**
 * Key into `EndpointTable.attributes`: `attribute/producer`, or the bare attribute for custom metrics of the core
 * extractor. A slash in the attribute itself needs an explicit producer.
 */
export function attributeKeyOf(fields: Fields, nameKey: string): string {
  const attribute = fields.requiredString(nameKey);
  const producer = fields.string('producer', '');
  if (producer !== '') return `${attribute}/${producer}`;
  if (attribute.includes('/'))
    fields.refuse(nameKey, 'an attribute without "/", the producer standing in its own field');
  return attribute;
}
