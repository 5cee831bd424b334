/** Endpoint labels about KV events, for engines that share an address. */

/** Port of the engine's KV events, in place of the configured `socketPort`; and of its replays. */
export const EVENTS_PORT_LABEL = 'drydock.dev/kv-events-port';
export const REPLAY_PORT_LABEL = 'drydock.dev/kv-events-replay-port';
