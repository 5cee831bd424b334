/** What the schemas of the scenario are put together from. */
import Type from 'typebox';

/** Unknown keys are errors. */
export const closed = { additionalProperties: false } as const;
export const positive = (description: string) => Type.Number({ exclusiveMinimum: 0, description });
export const nonNegative = (description: string) => Type.Number({ minimum: 0, description });
export const count = (description: string) => Type.Integer({ minimum: 1, description });
