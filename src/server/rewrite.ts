/** Model names in bodies: the target's on the way up, the client's on the way back. Source: router specification 1.3, steps 5a and 8. */

/** The body with another model; only JSON objects get here, since nothing else names a model. */
export function withModel(body: Buffer, model: string): Buffer {
  const fields = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
  return Buffer.from(JSON.stringify({ ...fields, model }));
}
