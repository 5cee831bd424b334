/** Types of the one generator that `streams.ts` uses; `@types/seedrandom` describes the package's main entry only. */
declare module 'seedrandom/lib/alea.js' {
  interface Generator {
    (): number;
    /** Uniform in [0, 1) with 53 random bits. */
    double(): number;
  }
  export default function alea(seed: string): Generator;
}
