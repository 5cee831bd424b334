/** Time that runs by itself, at a chosen speed, and stops at the end; with its buttons. It starts paused. */
import { useEffect, useState } from 'react';

export interface Playback {
  readonly atUs: number;
  readonly isPlaying: boolean;
  readonly speed: number;
  readonly setAt: (us: number) => void;
  readonly setPlaying: (isPlaying: boolean) => void;
  readonly setSpeed: (speed: number) => void;
}

const SPEEDS = [0.1, 1, 10, 100, 1000] as const;
/** Most redraws a second. */
const FRAMES_PER_S = 30;

export function usePlayback(durationUs: number): Playback {
  const [atUs, setAt] = useState(0);
  const [isPlaying, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(1);
  useEffect(() => {
    if (!isPlaying) return undefined;
    let lastMs = performance.now();
    // When the next redraw is due: one that comes late does not put off those after it.
    let dueMs = lastMs;
    let frame = requestAnimationFrame(function step(nowMs) {
      frame = requestAnimationFrame(step);
      if (nowMs < dueMs) return;
      dueMs = Math.max(dueMs + 1000 / FRAMES_PER_S, nowMs);
      const passedUs = (nowMs - lastMs) * 1e3 * speed;
      lastMs = nowMs;
      setAt((before) => {
        const next = Math.min(durationUs, before + passedUs);
        if (next === durationUs) setPlaying(false);
        return next;
      });
    });
    return () => cancelAnimationFrame(frame);
  }, [isPlaying, speed, durationUs]);
  return { atUs, isPlaying, speed, setAt, setPlaying, setSpeed };
}

export function PlaybackBar({
  playback,
  durationUs,
}: {
  readonly playback: Playback;
  readonly durationUs: number;
}) {
  const { atUs, isPlaying, speed } = playback;
  const toggle = (): void => {
    if (!isPlaying && atUs >= durationUs) playback.setAt(0);
    playback.setPlaying(!isPlaying);
  };
  return (
    <div className="playback">
      <button type="button" onClick={toggle}>
        {isPlaying ? 'Pause' : 'Play'}
      </button>
      <button type="button" onClick={() => playback.setAt(Math.max(0, atUs - durationUs / 100))}>
        Step back
      </button>
      <button type="button" onClick={() => playback.setAt(Math.min(durationUs, atUs + durationUs / 100))}>
        Step on
      </button>
      <input
        type="range"
        aria-label="Moment, seconds"
        min={0}
        max={durationUs / 1e6}
        step={durationUs / 1e9}
        value={atUs / 1e6}
        onChange={(event) => playback.setAt(Number(event.target.value) * 1e6)}
      />
      <output>{(atUs / 1e6).toFixed(2)} s</output>
      <label className="inline-field">
        Speed
        <select value={speed} onChange={(event) => playback.setSpeed(Number(event.target.value))}>
          {SPEEDS.map((one) => (
            <option key={one} value={one}>
              {one}×
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
