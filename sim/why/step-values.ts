/** Values of settings that go in steps: those that sliders stop at are those at which decisions are looked at. */

export const TP_VALUES = [1, 2, 4, 8, 16] as const;
export const STEP_TOKENS_VALUES = [512, 1024, 2048, 4096, 8192, 16_384, 32_768] as const;
/** From 25 Gbit/s Ethernet to a scale-up link, GB/s. */
export const LINK_VALUES = [3, 6, 12, 25, 50, 100, 200, 400] as const;
