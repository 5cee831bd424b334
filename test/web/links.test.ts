/** Links of every version that has been released must open, and say what they said. */
import { describe, expect, it } from 'vitest';
import { aboutFrom, MAX_NOTE, MAX_TITLE, NO_ABOUT } from '../../web/state/about.ts';
import { DEFAULT_STATE } from '../../web/state/document-store.ts';
import { agreement, expectedText, readExpected } from '../../web/state/expected.ts';
import { decodeScenario, encodeScenario } from '../../web/state/fragment.ts';

/** Written by the page when its links were of version 1. */
const VERSION_1 =
  '1.rVG7bsMwDPyXm5XCThGg1T906VpkUGwmFkKLjkgnLQL9eyEHfU1FgY53PJJH3hW9dPNIyeCvSGEkeAj3cFCiHr51uEg-soS-Ko4x9fDQt2QDWezgPpq6IRgcQs7xHFireMrSkSo8JomqkuCQg9HzpPDrpjjENM3L5j6q1SGS1EKqg86BZ4LfNFUns_0mbJumFIc9E5nCv3xdkwgOkwj_oANztSNcwU5sqIgmjl3Q5ezDNMNjaJtmpa8jHEbpieHBHMawur9rVw87OFA6xETf3ndmHlHKtrhPyi7ydw_r__CwdVCWWjHb29Mtl8fN7bHFIc-pUplOM6ktuSx8Tb-i8g4';

describe('a link', () => {
  it('of version 1 opens as a comparison, with the defaults elsewhere', async () => {
    const { state, isMigrated } = await decodeScenario(VERSION_1);
    expect(isMigrated).toBe(true);
    expect(state.seeds).toBe(2);
    expect(state.document).toMatchObject({
      name: 'old',
      slo: { ttftMs: { p95: 500 } },
      run: { requests: 200 },
    });
    expect(state.plan).toEqual(DEFAULT_STATE.plan);
  });

  it('holds only what differs from the defaults, and the document that it is about', async () => {
    const plain = await encodeScenario({}, null);
    const plan = await encodeScenario({}, 'plan');
    const edited = await encodeScenario({ lab: { name: 'mine' } }, 'plan');
    expect(plain.length).toBeLessThan(10);
    expect(plan.length).toBeLessThan(1000);
    expect((await decodeScenario(edited)).state.lab).toEqual({ name: 'mine' });
    expect((await decodeScenario(edited)).state.document).toEqual(DEFAULT_STATE.document);
  });
});

describe('title and note of a link', () => {
  const noted = async (about: { title: string; note: string }) =>
    (await decodeScenario(await encodeScenario({}, null, about))).about;

  it('travel in it, and are none in a link that was made without', async () => {
    expect(await noted({ title: 'For May', note: 'B is enough.\nSee C.' })).toEqual({
      title: 'For May',
      note: 'B is enough.\nSee C.',
    });
    expect((await decodeScenario(VERSION_1)).about).toEqual(NO_ABOUT);
    expect(await encodeScenario({}, null, NO_ABOUT)).toBe(await encodeScenario({}, null));
  });

  it('are cut to their longest, and hold no character that acts on the text around them', async () => {
    const { title, note } = await noted({
      title: `\u202e${'ü'.repeat(200)}`,
      note: `a\u0000b${'x'.repeat(900)}`,
    });
    expect(title).toBe('ü'.repeat(MAX_TITLE));
    expect(note).toBe(`ab${'x'.repeat(MAX_NOTE - 2)}`);
  });

  it('that are none of ours are passed over', () => {
    for (const value of [null, 7, 'text', [], { title: 7, note: {} }])
      expect(aboutFrom(value)).toEqual(NO_ABOUT);
  });
});

describe('figures that a link brings along', () => {
  const own = { engineDigest: 'abcdef012345', fingerprints: ['0123456789abcdef', 'fedcba9876543210'] };

  it('come back from its text', () => {
    expect(readExpected(expectedText(own))).toEqual(own);
  });

  it.each([null, '', 'abc', '<b>.x', 'abcdef.zz'])('are none in %j', (text) => {
    expect(readExpected(text)).toBeNull();
  });

  it('agree, differ, or are of another engine', () => {
    const other = { ...own, fingerprints: ['0000', '1111'] };
    expect(agreement(own, own)).toBe('same');
    expect(agreement(other, own)).toBe('differs');
    expect(agreement({ ...other, engineDigest: 'ffff' }, own)).toBe('otherEngine');
  });
});
