/** What the simulator's workers load later (build/later-imports.ts). */
declare module 'virtual:later';
