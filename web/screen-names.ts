/** The screens by name, for what must know them but not load them. */
export const SCREENS = ['plan', 'compare', 'inspect', 'lab', 'library'] as const;
export type Screen = (typeof SCREENS)[number];

/** Shelves of the library, each with an address of its own: `#/library/runs`. */
export const SHELVES = ['scenarios', 'imports', 'runs', 'catalogue', 'assumptions'] as const;
export type Shelf = (typeof SHELVES)[number];
