/**
 * The simulator's answers, frozen: a page may keep what its workers answered, and another one be given these answers in the place of
 * workers. Pictures of the page then change with the page alone, not with the engine and not with the machine's pace.
 *
 * Both scripts run in the page before its own. They know comlink's messages: `{ id, type: 'APPLY', path, argumentList }` is asked,
 * `{ id, type: 'RAW', value }` answers. Answers are kept by method, the last one of each; typed arrays as base64.
 */

/** Answers by method, as JSON. */
export type Frozen = string;

const CODEC = `
  const TYPES = { Float64Array, Float32Array, Uint32Array, Int32Array, Uint16Array, Uint8Array };
  const packed = (_, value) => {
    const name = value?.constructor?.name;
    if (!ArrayBuffer.isView(value) || TYPES[name] === undefined) return value;
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    let binary = '';
    for (const byte of bytes) binary += String.fromCharCode(byte);
    return { $type: name, base64: btoa(binary) };
  };
  const unpacked = (_, value) => {
    if (value === null || typeof value !== 'object' || value.$type === undefined) return value;
    const bytes = Uint8Array.from(atob(value.base64), (character) => character.charCodeAt(0));
    return new TYPES[value.$type](bytes.buffer);
  };
`;

/** Keeps what workers answer; \`window.frozenAnswers()\` gives it. */
export const RECORDER = `(() => {
  ${CODEC}
  const asked = new Map();
  const answers = {};
  const Real = Worker;
  window.Worker = class extends Real {
    constructor(...args) {
      super(...args);
      this.addEventListener('message', ({ data }) => {
        const method = asked.get(data?.id);
        if (method !== undefined && data.type === 'RAW') answers[method] = JSON.parse(JSON.stringify(data.value, packed) ?? 'null');
      });
    }
    postMessage(message, ...rest) {
      if (message?.type === 'APPLY') asked.set(message.id, message.path.join('.'));
      super.postMessage(message, ...rest);
    }
  };
  window.frozenAnswers = () => JSON.stringify(answers);
})();`;

/** Answers in the place of every worker. A method without an answer never gets one. */
export function replayer(frozen: Frozen): string {
  return `(() => {
  ${CODEC}
  const answers = ${frozen};
  window.Worker = class extends EventTarget {
    constructor(_url, options) {
      super();
      if (options?.name === 'lab') setTimeout(() => this.#say('drydock-sandbox-ready'));
    }
    postMessage(message) {
      const method = message?.path?.join('.');
      if (message?.type !== 'APPLY' || answers[method] === undefined) return;
      const value = JSON.parse(JSON.stringify(answers[method]), unpacked);
      setTimeout(() => this.#say({ id: message.id, type: 'RAW', value }));
    }
    #say(data) {
      this.dispatchEvent(new MessageEvent('message', { data }));
    }
    terminate() {}
  };
})();`;
}
