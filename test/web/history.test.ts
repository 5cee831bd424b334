/** What one step of undo is: a gesture at one place of a document, and never the opening of the document itself. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  DEFAULT_STATE,
  loadScenario,
  putDocument,
  redo,
  setDocument,
  setScenario,
  undo,
  useScenario,
} from '../../web/state/document-store.ts';
import { DEFAULT_SETUP, documentOf } from '../../web/state/setup.ts';
import { changedPlaces, PAUSE_MS, Steps, watchGestures } from '../../web/state/steps.ts';

const SOON_MS = PAUSE_MS / 10;
const LATER_MS = PAUSE_MS + 1;

const withRate = (rateRps: number) => documentOf({ ...DEFAULT_SETUP, rateRps });
const LINK = { ...DEFAULT_STATE, document: documentOf({ ...DEFAULT_SETUP, name: 'linked' }), seeds: 2 };
const documentNow = (): unknown => useScenario.getState().document;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  loadScenario(DEFAULT_STATE);
});
afterEach(() => void vi.useRealTimers());

describe('a link that is opened', () => {
  it.each([0, SOON_MS, LATER_MS])('is where undo ends, for an edit %d ms after it', (pauseMs) => {
    loadScenario(LINK);
    vi.advanceTimersByTime(pauseMs);
    setScenario({ document: withRate(99) });
    undo();
    expect(useScenario.getState()).toEqual(LINK);
    expect(useScenario.temporal.getState().pastStates).toEqual([]);
    undo();
    expect(useScenario.getState()).toEqual(LINK);
    redo();
    expect(documentNow()).toEqual(withRate(99));
  });

  it('forgets what was undone before it', () => {
    setScenario({ seeds: 7 });
    undo();
    loadScenario(LINK);
    redo();
    expect(useScenario.getState()).toEqual(LINK);
  });
});

describe('edits', () => {
  it('of one place in a burst are one step', () => {
    for (const rate of [7, 75, 758]) {
      setScenario({ document: withRate(rate) });
      vi.advanceTimersByTime(SOON_MS);
    }
    undo();
    expect(documentNow()).toEqual(DEFAULT_STATE.document);
    redo();
    expect(documentNow()).toEqual(withRate(758));
  });

  it('of one place with a pause between them are two', () => {
    setScenario({ document: withRate(70) });
    vi.advanceTimersByTime(LATER_MS);
    setScenario({ document: withRate(80) });
    undo();
    expect(documentNow()).toEqual(withRate(70));
  });

  it('of different places are two, however close', () => {
    setScenario({ document: withRate(70) });
    setScenario({ seeds: 5 });
    undo();
    expect(useScenario.getState()).toMatchObject({ document: withRate(70), seeds: DEFAULT_STATE.seeds });
    undo();
    expect(documentNow()).toEqual(DEFAULT_STATE.document);
  });

  it('of a text, which change ever other places, are one while it is typed', () => {
    for (const document of [{ n: null }, { na: null }, { name: 'x' }]) setDocument('lab', document, 'text');
    undo();
    expect(useScenario.getState().lab).toEqual(DEFAULT_STATE.lab);
  });

  it('after an undo are steps of their own', () => {
    setScenario({ document: withRate(70) });
    vi.advanceTimersByTime(LATER_MS);
    setScenario({ document: withRate(80) });
    undo();
    setScenario({ document: withRate(90) });
    undo();
    expect(documentNow()).toEqual(withRate(70));
  });

  it('are not joined with a document put in place whole, before it or after it', () => {
    setDocument('plan', { name: 'typed' });
    putDocument('plan', { name: 'opened' });
    setDocument('plan', { name: 'edited' });
    undo();
    expect(useScenario.getState().plan).toEqual({ name: 'opened' });
    undo();
    expect(useScenario.getState().plan).toEqual({ name: 'typed' });
  });

  it('that change nothing are no step', () => {
    setScenario({ document: structuredClone(DEFAULT_STATE.document) });
    expect(useScenario.temporal.getState().pastStates).toEqual([]);
  });
});

describe('a gesture', () => {
  const touched = (type: string, tagName: string): Event =>
    Object.defineProperty(new Event(type), 'target', { value: { tagName } });
  const started = (): { steps: Steps; window: EventTarget } => {
    const steps = new Steps();
    const window = new EventTarget();
    watchGestures(window, steps);
    return { steps, window };
  };

  it('that drags a slider is one step, across pauses and places', () => {
    const { steps, window } = started();
    window.dispatchEvent(touched('pointerdown', 'INPUT'));
    expect(steps.joins('a', 0)).toBe(false);
    expect(steps.joins('a', SOON_MS)).toBe(true);
    expect(steps.joins('a b', 5 * PAUSE_MS)).toBe(true);
    window.dispatchEvent(new Event('pointerup'));
    expect(steps.joins('b', 5 * PAUSE_MS)).toBe(false);
  });

  it('after another is another step, even at the same place at once', () => {
    const { steps, window } = started();
    for (const tagName of ['INPUT', 'BUTTON', 'INPUT']) {
      window.dispatchEvent(touched('pointerdown', tagName));
      window.dispatchEvent(new Event('pointerup'));
      expect(steps.joins('a', 0)).toBe(false);
    }
  });

  it('on a list of choices is not held: what follows elsewhere is a step of its own', () => {
    const { steps, window } = started();
    // The list opens outside the page, and the page may never hear of the pointer's end.
    window.dispatchEvent(touched('pointerdown', 'SELECT'));
    expect(steps.joins('a', 0)).toBe(false);
    expect(steps.joins('b', 0)).toBe(false);
  });
});

describe('places that changed', () => {
  it('are named by path; lists of other lengths by their lengths', () => {
    expect(changedPlaces({ a: { b: 1, c: 2 } }, { a: { b: 1, c: 3 } })).toBe('.a.c');
    expect(changedPlaces({ a: [1, 2] }, { a: [1, 3] })).toBe('.a.1');
    expect(changedPlaces({ a: [1] }, { a: [1, 2] })).toBe('.a[1>2]');
    expect(changedPlaces({ a: 1 }, { b: 1 })).toBe('.a .b');
    expect(changedPlaces({ a: [] }, { a: {} })).toBe('.a');
    expect(changedPlaces({ a: 1 }, { a: 1 })).toBe('');
  });
});
