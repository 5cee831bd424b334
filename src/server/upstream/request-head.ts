/** The head of a request to a model server, as it goes over the wire. */

const NOT_IN_TARGET = /[^\x21-\x7e\x80-\xff]/;
const NOT_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/;
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** What of a request stands in its head. */
export interface RequestFields {
  readonly method: string;
  readonly path: string;
  /** Name, value, name, value; host and the body's length are added. */
  readonly headers: readonly string[];
}

/** Head with the empty line at its end. throws: Error for what would break the framing. */
export function requestHead(
  { method, path, headers }: RequestFields,
  host: string,
  bodyBytes: number,
): string {
  if (!NAME.test(method) || path === '' || NOT_IN_TARGET.test(path)) throw new Error('no request line');
  let head = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n`;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!;
    const value = headers[i + 1]!;
    if (!NAME.test(name) || NOT_IN_VALUE.test(value)) throw new Error(`header ${name} cannot be sent`);
    head += `${name}: ${value}\r\n`;
  }
  if (bodyBytes > 0 || method === 'POST') head += `content-length: ${bodyBytes}\r\n`;
  return `${head}\r\n`;
}
