/** Names of a group of LoRA adapters, as pools list them and requests ask for them. */

/** `name-0`, `name-1`, ...; without a count just `name`. */
export function adapterNames(name: string, count: number | undefined): string[] {
  return count === undefined ? [name] : Array.from({ length: count }, (_, i) => `${name}-${i}`);
}
