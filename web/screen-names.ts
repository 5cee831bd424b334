/** The screens by name, for what must know them but not load them. */
export const SCREENS = ['plan', 'compare', 'inspect', 'lab', 'library'] as const;
export type Screen = (typeof SCREENS)[number];
