/**
 * Which edits are one step of undo. An edit is more of the step before it when it changes the same places of the document
 * and belongs to the same gesture: while a slider or a number is held, or within a pause of typing. Time alone joins
 * nothing, and nothing is joined with a document that was put in place as a whole.
 */

/** A pause longer than this ends a step, unless something is held, ms. */
export const PAUSE_MS = 1000;

export class Steps {
  /** What the open step changes; null: none is open. */
  #place: string | null = null;
  #lastMs = 0;
  #isHeld = false;

  /** Takes an edit of these places; whether it is more of the step before. */
  joins(place: string, nowMs: number): boolean {
    const isSame = place === this.#place && nowMs - this.#lastMs <= PAUSE_MS;
    const joins = isSame || (this.#isHeld && this.#place !== null);
    if (!joins) this.#place = place;
    this.#lastMs = nowMs;
    return joins;
  }

  /** Whatever comes is a step of its own. */
  end(): void {
    this.#place = null;
  }

  /** Something is being dragged: all that it changes is one step, however long it takes. */
  hold(): void {
    this.end();
    this.#isHeld = true;
  }

  letGo(): void {
    this.#isHeld = false;
  }
}

/** The places in which two documents differ, as one text; lengths of lists are part of it. Empty for equal documents. */
export function changedPlaces(before: unknown, after: unknown): string {
  return placesOf(before, after, '').join(' ');
}

function placesOf(before: unknown, after: unknown, at: string): string[] {
  if (Object.is(before, after)) return [];
  if (Array.isArray(before) && Array.isArray(after)) {
    if (before.length !== after.length) return [`${at}[${before.length}>${after.length}]`];
  } else if (!isRecord(before) || !isRecord(after)) {
    return [at];
  }
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  const [a, b] = [before, after] as Record<string, unknown>[] as [
    Record<string, unknown>,
    Record<string, unknown>,
  ];
  return [...keys].flatMap((key) => placesOf(a[key], b[key], `${at}.${key}`));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** Tells steps where gestures begin and end. A choice out of a list or a button is a gesture too, but is not held. */
export function watchGestures(target: EventTarget, steps: Pick<Steps, 'end' | 'hold' | 'letGo'>): void {
  target.addEventListener('pointerdown', (event) => {
    if ((event.target as Partial<Element> | null)?.tagName === 'INPUT') steps.hold();
    else steps.end();
  });
  for (const end of ['pointerup', 'pointercancel', 'blur']) target.addEventListener(end, () => steps.letGo());
}
