/** The phases of a request and the states of a GPU as parts of a bar: one colour and texture everywhere. */
import { PHASES, type Phase } from '../../sim/metrics/phases.ts';
import type { Part } from './parts.ts';

const WAIT = 'var(--queue)';

const PHASE_LOOK: Readonly<Record<Phase, Omit<Part, 'id'>>> = {
  retry: { name: 'lost attempts', colour: 'var(--fail)', texture: 'diagonal' },
  flowControl: { name: 'router queue', colour: WAIT, texture: 'dots' },
  frontEnd: { name: 'front end', colour: 'var(--control)', texture: 'plain' },
  queue: { name: 'engine queue', colour: WAIT, texture: 'cross' },
  prefill: { name: 'prefill', colour: 'var(--prefill)', texture: 'diagonal' },
  transfer: { name: 'KV transfer', colour: 'var(--transfer)', texture: 'dots' },
  decodeWait: { name: 'decode wait', colour: WAIT, texture: 'diagonal' },
  preemption: { name: 'preempted', colour: WAIT, texture: 'plain' },
  decode: { name: 'decode', colour: 'var(--decode)', texture: 'plain' },
};

export const PHASE_PARTS: readonly Part[] = PHASES.map((id) => ({ id, ...PHASE_LOOK[id] }));

export const BUSY_PARTS: readonly Part[] = [
  { id: 'busy-prefill', ...PHASE_LOOK.prefill },
  { id: 'busy-decode', ...PHASE_LOOK.decode },
  { id: 'busy-transfer', ...PHASE_LOOK.transfer, name: 'waiting for KV' },
  { id: 'busy-idle', name: 'idle', colour: 'var(--idle)', texture: 'empty' },
];
