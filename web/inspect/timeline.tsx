/**
 * The request timeline: a row per request, its phases in their colours, as trains in a working timetable. Wheel and drag move
 * it; so do keys and buttons. The table twin lists what is drawn.
 */
import { useCallback, useMemo, useState } from 'react';
import type { Recording } from '../../sim/inspect/recording.ts';
import { PHASES, type Phase } from '../../sim/metrics/phases.ts';
import { Canvas, type Painter } from '../charts/canvas.tsx';
import { GUTTER } from '../charts/chart-size.ts';
import { PHASE_PARTS } from '../charts/phase-parts.ts';
import { TwinTable } from '../charts/twin-table.tsx';
import { countText, figureText } from '../format.ts';
import { useView } from '../state/view-store.ts';
import type { ChosenRequests } from './cohort.ts';
import { PhaseLegend } from './phase-legend.tsx';
import { requestAt } from './requests.ts';
import { TimeAxis } from './time-axis.tsx';
import {
  moved,
  ORDERS,
  type Order,
  rowsInWindow,
  servedBy,
  type TimeWindow,
  zoomed,
} from './timeline-rows.ts';

const HEIGHT = 420;
const PHASE_COUNT = PHASES.length;
/** Tallest a row is drawn, px. */
const TALLEST = 14;

const ORDER_NAMES: Readonly<Record<Order, string>> = {
  arrival: 'by arrival',
  slowest: 'slowest first token first',
  instance: 'by instance that answered',
};

interface TimelineProps {
  readonly recording: Recording;
  readonly window: TimeWindow;
  readonly onWindow: (window: TimeWindow) => void;
}

export function Timeline({
  recording,
  window,
  onWindow,
  picked,
}: TimelineProps & { readonly picked: ChosenRequests | null }) {
  const request = useView((state) => state.request);
  const phase = useView((state) => state.phase);
  const instance = useInstance(recording);
  const [order, setOrder] = useState<Order>('arrival');
  const { rows, total } = useMemo(
    () => rowsInWindow(recording, window, HEIGHT, order, servedBy(recording, instance, picked?.isIn ?? null)),
    [recording, window, order, picked, instance],
  );
  const height = Math.max(40, Math.min(HEIGHT, rows.length * TALLEST));
  const chosen = request === null ? -1 : rows.findIndex((row) => recording.requests.id[row] === request);
  const paint = useCallback(
    (painter: Painter) => paintRows(painter, recording, rows, window, chosen, phase),
    [recording, rows, window, chosen, phase],
  );
  const choose = (index: number): void => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (row !== undefined) useView.setState({ request: recording.requests.id[row]! });
  };
  return (
    <section aria-labelledby="timeline" className="chart">
      <h2 id="timeline">Requests</h2>
      <PhaseLegend />
      <div className="filters">
        <WindowButtons recording={recording} window={window} onWindow={onWindow} />
        <label className="inline-field">
          Order
          <select value={order} onChange={(event) => setOrder(event.target.value as Order)}>
            {ORDERS.map((id) => (
              <option key={id} value={id}>
                {ORDER_NAMES[id]}
              </option>
            ))}
          </select>
        </label>
        <Narrowing instances={recording.instances} instance={instance} />
      </div>
      <Gestures {...{ recording, window, onWindow, rows: rows.length, height, chosen, choose }}>
        <Canvas height={height} paint={paint} />
      </Gestures>
      <TimeAxis window={window} />
      <p className="reading">
        {total > rows.length
          ? `${countText(rows.length)} rows for ${countText(total)} requests: each shows the slowest of its neighbours. Zoom in for all.`
          : `${countText(total)} requests${picked === null ? '' : ' of the cohort'}${instance === null ? '' : ` that ${recording.instances[instance]!.name} served`} in this window. Click one, or step with [ and ].`}
        {recording.leftOut > 0 &&
          ` ${countText(recording.leftOut)} requests came after the recording was full.`}
      </p>
      <TimelineTwin recording={recording} rows={rows} />
    </section>
  );
}

function paintRows(
  { context, width, height, colour }: Painter,
  { requests }: Recording,
  rows: Uint32Array,
  { fromUs, toUs }: TimeWindow,
  chosen: number,
  front: Phase | null,
): void {
  const left = GUTTER.left;
  const scale = (width - left - GUTTER.right) / (toUs - fromUs);
  const rowHeight = height / Math.max(1, rows.length);
  const bar = rowHeight > 4 ? rowHeight - 2 : rowHeight;
  context.clearRect(0, 0, width, height);
  context.save();
  context.beginPath();
  context.rect(left, 0, width - left - GUTTER.right, height);
  context.clip();
  // One colour at a time: changes of the fill cost more than rectangles.
  for (const [phase, part] of PHASE_PARTS.entries()) {
    // What is not in front stays as a trace of itself.
    context.globalAlpha = front === null || front === part.id ? 1 : 0.15;
    context.fillStyle = colour(part.colour.slice('var('.length, -1));
    for (const [index, row] of rows.entries()) {
      const own = requests.phaseUs[row * PHASE_COUNT + phase]!;
      if (own <= 0) continue;
      let startUs = requests.arrivalUs[row]!;
      for (let before = 0; before < phase; before += 1)
        startUs += requests.phaseUs[row * PHASE_COUNT + before]!;
      const x = left + (startUs - fromUs) * scale;
      context.fillRect(x, index * rowHeight, Math.max(own * scale, 0.5), bar);
    }
  }
  context.restore();
  if (chosen >= 0) {
    context.strokeStyle = colour('--focus');
    context.lineWidth = 2;
    context.strokeRect(left - 4, chosen * rowHeight - 1, width - left - GUTTER.right + 8, bar + 2);
  }
}

/** The instance that the view is narrowed to; null where this recording has none of its number. */
export function useInstance({ instances }: Recording): number | null {
  const instance = useView((state) => state.instance);
  return instance === null || instance >= instances.length ? null : instance;
}

interface NarrowingProps {
  readonly instances: Recording['instances'];
  readonly instance: number | null;
}

/** Whose requests are drawn, and which of their phases stands out. */
function Narrowing({ instances, instance }: NarrowingProps) {
  const phase = useView((state) => state.phase);
  return (
    <>
      <label className="inline-field">
        Served by
        <select
          value={instance ?? ''}
          onChange={({ target: { value } }) =>
            useView.setState({ instance: value === '' ? null : Number(value) })
          }
        >
          <option value="">any instance</option>
          {instances.map(({ name }, i) => (
            <option key={name} value={i}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label className="inline-field">
        Bring forward
        <select
          value={phase ?? ''}
          onChange={({ target: { value } }) =>
            useView.setState({ phase: PHASES.find((id) => id === value) ?? null })
          }
        >
          <option value="">all phases</option>
          {PHASE_PARTS.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}

interface GesturesProps extends TimelineProps {
  readonly rows: number;
  readonly height: number;
  readonly chosen: number;
  readonly choose: (index: number) => void;
  readonly children: React.ReactNode;
}

/** What mouse, wheel and keys do to the window, and which request they choose. */
function Gestures({ recording, window, onWindow, rows, height, chosen, choose, children }: GesturesProps) {
  const [drag, setDrag] = useState<{ readonly x: number; readonly window: TimeWindow } | null>(null);
  const { durationUs } = recording;
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

function WindowButtons({ recording: { durationUs }, window, onWindow }: TimelineProps) {
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

function TimelineTwin({ recording, rows }: { readonly recording: Recording; readonly rows: Uint32Array }) {
  const ms = (us: number): string => figureText(us / 1e3, 'ms');
  return (
    <TwinTable
      about={{ kind: 'requests', data: recording }}
      title="Requests"
      heads={[
        'Request',
        'Arrival',
        'TTFT',
        'E2E',
        'Prompt, tokens',
        'Answer, tokens',
        'Cached, tokens',
        'Served by',
        'Ending',
      ]}
      rows={() =>
        Array.from(rows, (row) => {
          const one = requestAt(recording, row);
          return [
            String(one.id),
            ms(one.arrivalUs),
            ms(one.ttftUs),
            ms(one.e2eUs),
            countText(one.promptTokens),
            countText(one.outputTokens),
            countText(one.cachedTokens),
            [one.prefillEndpoint, one.endpoint].filter((name) => name !== null).join(', then '),
            one.ending,
          ];
        })
      }
    />
  );
}
