/** The parameter that all pickers share. */
import { Fields } from '../config/fields.ts';

export interface PickerParameters {
  /** Targets returned: the primary and its fallbacks. */
  readonly maxNumOfEndpoints: number;
}

/** Zero and negative counts mean 1, as upstream. */
export function parsePicker(raw: unknown, path: string): PickerParameters {
  const count = new Fields(raw, path, ['maxNumOfEndpoints']).integer('maxNumOfEndpoints', 1);
  return { maxNumOfEndpoints: count <= 0 ? 1 : count };
}
