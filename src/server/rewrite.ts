/** Model names in bodies: the target's on the way up, the client's on the way back. Source: router specification 1.3, steps 5a and 8. */

/** The body with another model; only JSON objects get here, since nothing else names a model. */
export function withModel(body: Buffer, model: string): Buffer {
  const fields = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
  return Buffer.from(JSON.stringify({ ...fields, model }));
}

/**
 * A part of an answer with the client's model name in place of the target's: upstream's byte replacement of
 * `"model":"..."`, with or without a space after the colon. A name split over two parts stays the target's.
 */
export function withModelBack(body: Uint8Array, target: string, incoming: string): Buffer {
  const text = Buffer.from(body).toString('latin1');
  const quoted = (name: string): string => Buffer.from(JSON.stringify(name)).toString('latin1');
  let out = text;
  for (const colon of ['"model":', '"model": ']) {
    out = out.replaceAll(`${colon}${quoted(target)}`, `${colon}${quoted(incoming)}`);
  }
  return Buffer.from(out, 'latin1');
}
