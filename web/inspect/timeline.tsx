/**
 * The request timeline: a row per request, its phases in their colours, as trains in a working timetable. Wheel and drag move
 * it; so do keys and buttons. The table twin lists what is drawn.
 */
import { useCallback, useMemo, useState } from 'react';
import type { Recording } from '../../sim/inspect/recording.ts';
import { Canvas, type Painter } from '../charts/canvas.tsx';
import { TwinTable } from '../charts/twin-table.tsx';
import { countText, figureText } from '../format.ts';
import { useView } from '../state/view-store.ts';
import type { ChosenRequests } from './cohort.ts';
import { Narrowing, useInstance } from './narrowing.tsx';
import { PhaseLegend } from './phase-legend.tsx';
import { requestAt } from './requests.ts';
import { TimeAxis } from './time-axis.tsx';
import { Gestures, WindowButtons } from './timeline-gestures.tsx';
import { paintRows } from './timeline-paint.ts';
import { ORDERS, type Order, rowsInWindow, servedBy, type TimeWindow } from './timeline-rows.ts';

const HEIGHT = 420;
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
        <WindowButtons durationUs={recording.durationUs} window={window} onWindow={onWindow} />
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
      <Gestures
        {...{ window, onWindow, height, chosen, choose }}
        durationUs={recording.durationUs}
        rows={rows.length}
      >
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
