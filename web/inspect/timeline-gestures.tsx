/** How the timeline is moved: by wheel, drag, keys and buttons; and which request they choose. */
import { useState } from 'react';
import { GUTTER } from '../charts/chart-size.ts';
import { useView } from '../state/view-store.ts';
import { moved, type TimeWindow, zoomed } from './timeline-rows.ts';

interface WindowProps {
  /** Of the recording. */
  readonly durationUs: number;
  readonly window: TimeWindow;
  readonly onWindow: (window: TimeWindow) => void;
}

interface GesturesProps extends WindowProps {
  readonly rows: number;
  readonly height: number;
  readonly chosen: number;
  readonly choose: (index: number) => void;
  readonly children: React.ReactNode;
}

/** What mouse, wheel and keys do to the window, and which request they choose. */
export function Gestures({
  durationUs,
  window,
  onWindow,
  rows,
  height,
  chosen,
  choose,
  children,
}: GesturesProps) {
  const [drag, setDrag] = useState<{ readonly x: number; readonly window: TimeWindow } | null>(null);
  const span = window.toUs - window.fromUs;
  const usPerPx = (element: Element): number =>
    span / (element.getBoundingClientRect().width - GUTTER.left - GUTTER.right);
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const next = windowAfter(event.key, window, durationUs);
    if (next !== null) onWindow(next);
    else if (event.key === ']' || event.key === 'ArrowDown') choose(chosen + 1);
    else if (event.key === '[' || event.key === 'ArrowUp') choose(chosen < 0 ? 0 : chosen - 1);
    else if (event.key === 'Escape') useView.setState({ request: null });
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      className="gestures"
      role="application"
      aria-label="Request timeline. Left and right move, plus and minus zoom, up and down choose a request; the table below has them all."
      // biome-ignore lint/a11y/noNoninteractiveTabindex: keys move the timeline
      tabIndex={0}
      onKeyDown={onKeyDown}
      onWheel={(event) => {
        if (!event.ctrlKey && !event.metaKey && !event.shiftKey) return;
        const at = event.nativeEvent.offsetX - GUTTER.left;
        const aboutUs = window.fromUs + at * usPerPx(event.currentTarget);
        onWindow(
          event.shiftKey
            ? moved(window, (event.deltaY || event.deltaX) * usPerPx(event.currentTarget), durationUs)
            : zoomed(window, 1.002 ** event.deltaY, aboutUs, durationUs),
        );
      }}
      onPointerDown={(event) => {
        setDrag({ x: event.clientX, window });
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (drag !== null)
          onWindow(moved(drag.window, (drag.x - event.clientX) * usPerPx(event.currentTarget), durationUs));
      }}
      onPointerUp={(event) => {
        setDrag(null);
        if (drag === null || Math.abs(drag.x - event.clientX) > 3) return;
        const y = event.clientY - event.currentTarget.getBoundingClientRect().top;
        choose(Math.floor((y / height) * rows));
      }}
    >
      {children}
    </div>
  );
}

/** The window after a key; null where the key is none of its own. */
function windowAfter(key: string, window: TimeWindow, durationUs: number): TimeWindow | null {
  const span = window.toUs - window.fromUs;
  const middle = window.fromUs + span / 2;
  switch (key) {
    case 'ArrowLeft':
    case 'a':
      return moved(window, -span / 8, durationUs);
    case 'ArrowRight':
    case 'd':
      return moved(window, span / 8, durationUs);
    case 'PageUp':
      return moved(window, -span, durationUs);
    case 'PageDown':
      return moved(window, span, durationUs);
    case '+':
    case 'w':
      return zoomed(window, 0.5, middle, durationUs);
    case '-':
    case 's':
      return zoomed(window, 2, middle, durationUs);
    case 'Home':
      return { fromUs: 0, toUs: durationUs };
    default:
      return null;
  }
}

export function WindowButtons({ durationUs, window, onWindow }: WindowProps) {
  const press = (key: string) => (): void => onWindow(windowAfter(key, window, durationUs)!);
  return (
    <p className="buttons">
      <button type="button" onClick={press('+')}>
        Zoom in
      </button>
      <button type="button" onClick={press('-')}>
        Zoom out
      </button>
      <button type="button" onClick={press('ArrowLeft')}>
        Earlier
      </button>
      <button type="button" onClick={press('ArrowRight')}>
        Later
      </button>
      <button type="button" onClick={press('Home')}>
        Whole run
      </button>
    </p>
  );
}
