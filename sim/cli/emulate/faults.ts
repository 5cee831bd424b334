/**
 * Faults of an emulated engine, to try gateways on: asked for by one request in a header (`x-drydock-fault: resetAfterTokens=3`), or for the
 * requests to come by an admin call (`POST /drydock/faults`). GET shows what is set, DELETE clears it.
 */
import Type, { type Static } from 'typebox';
import { Errors } from 'typebox/value';

export const FAULT_HEADER = 'x-drydock-fault';
export const FAULT_PATH = '/drydock/faults';

const FaultSchema = Type.Object(
  {
    status: Type.Optional(Type.Integer({ minimum: 400, maximum: 599 })),
    delayMs: Type.Optional(Type.Number({ minimum: 0, maximum: 600_000 })),
    resetAfterTokens: Type.Optional(Type.Integer({ minimum: 0 })),
    hang: Type.Optional(Type.Boolean()),
    metrics: Type.Optional(Type.Boolean()),
    share: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1 })),
    count: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  { additionalProperties: false },
);

/**
 * What goes wrong. `status`: answered at once with it; `delayMs`: begins so late; `resetAfterTokens`: the connection is reset after so many
 * tokens; `hang`: never answered; `metrics`: scrapes fail as well. `share` (default 1) of requests are hit, `count` of them at most.
 */
export type Fault = Static<typeof FaultSchema>;

/** A fault from an admin call's body, or what is wrong with it. */
export function parseFault(text: string): Fault | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return `not JSON: ${(error as Error).message}`;
  }
  const [problem] = Errors(FaultSchema, value);
  if (problem !== undefined) {
    return `${problem.instancePath || 'fault'}: ${problem.message}; fields: ${Object.keys(FaultSchema.properties).join(', ')}`;
  }
  return value as Fault;
}

/** A fault from a header, `name=value` pairs separated by commas; a bare name is true. */
export function parseFaultHeader(text: string): Fault | string {
  const pairs = text.split(',').map((pair): [string, unknown] => {
    const [name = '', value] = pair.trim().split('=');
    return [name, value === undefined || value === 'true' ? true : Number(value)];
  });
  return parseFault(JSON.stringify(Object.fromEntries(pairs)));
}

/** The fault that is set for requests to come. */
export class FaultState {
  current: Fault | null = null;
  #hit = 0;
  #seen = 0;

  set(fault: Fault | null): void {
    this.current = fault;
    this.#hit = 0;
    this.#seen = 0;
  }

  /** The fault for the next request; null: none. Shares are kept exactly: of 10 requests at 0.3, 3 are hit. */
  next(): Fault | null {
    const fault = this.current;
    if (fault === null) return null;
    if (fault.count !== undefined && this.#hit >= fault.count) return null;
    this.#seen += 1;
    if (Math.floor(this.#seen * (fault.share ?? 1) + 1e-9) <= this.#hit) return null;
    this.#hit += 1;
    return fault;
  }

  get failsScrapes(): boolean {
    return this.current?.metrics === true;
  }
}
