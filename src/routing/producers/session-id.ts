/** The session of a request, from one header or cookie. */
import { Fields } from '../config/fields.ts';
import { definePlugin, refuse } from '../plugin.ts';

interface Parameters {
  readonly headerName: string;
  readonly cookieName: string;
}

export const sessionIdProducer = definePlugin<Parameters>({
  type: 'session-id-producer',
  kinds: ['producer'],
  stability: 'beta',
  summary: 'session id from a header or cookie',
  parse(raw, path) {
    const fields = new Fields(raw, path, ['headerName', 'cookieName']);
    const headerName = fields.string('headerName', '').toLowerCase();
    const cookieName = fields.string('cookieName', '');
    if ((headerName === '') === (cookieName === ''))
      refuse(path, headerName === '' ? 'neither' : 'both', 'exactly one of headerName and cookieName');
    return { headerName, cookieName };
  },
  produces: (name) => [{ type: 'SessionID', producer: name }],
  create({ headerName, cookieName }, { name, column }) {
    const session = column('SessionID', name);
    return {
      producer: {
        produce({ headers }) {
          session.session =
            headerName !== ''
              ? (headers.get(headerName) ?? '')
              : cookieOf(headers.get('cookie') ?? '', cookieName);
        },
      },
    };
  },
});

function cookieOf(header: string, name: string): string {
  for (const part of header.split(';')) {
    const [key, ...value] = part.trim().split('=');
    if (key === name) return value.join('=');
  }
  return '';
}
