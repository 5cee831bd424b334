/** The package's version, put in by the build; outside of a build (unit tests) it is `unbuilt`. */
declare const DRYDOCK_VERSION: string | undefined;

export const TOOL_VERSION: string = typeof DRYDOCK_VERSION === 'string' ? DRYDOCK_VERSION : 'unbuilt';
