/** YAML for people: no anchors, no folded lines. */
import { stringify } from 'yaml';

/** A value as YAML. */
export function yamlText(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}
