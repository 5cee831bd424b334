/** Bars made of parts: what they are drawn from. */

export interface Part {
  readonly id: string;
  readonly name: string;
  /** CSS colour. */
  readonly colour: string;
  readonly texture: Texture;
}

export type Texture = 'plain' | 'diagonal' | 'dots' | 'cross' | 'empty';

export interface Bar {
  readonly key: string;
  readonly label: string;
  /** By the order of the parts. */
  readonly values: readonly number[];
  /** Letter of the fleet in charts that are linked. */
  readonly fleet?: string;
  /** Said behind the bar. */
  readonly total: string;
}
