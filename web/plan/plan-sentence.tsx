/** The question as a sentence with blanks. Everything that decides the answer stands in it in words; nothing is hidden. */
import type { Plan } from '../../sim/planner/schema.ts';
import { InlineNumber, InlineSelect, InlineSet } from '../components/inline-fields.tsx';
import { Term } from '../components/term.tsx';
import { putDocument, setDocument } from '../state/document-store.ts';
import { useChoices } from '../state/use-choices.ts';
import type { Choice } from '../worker/api.ts';
import {
  burstinessOf,
  type Limit,
  limitOf,
  rateOf,
  type SloMetric,
  STATISTICS,
  withAttainment,
  withBudget,
  withBurstiness,
  withGpus,
  withLimit,
  withProvider,
  withRate,
  workloadName,
} from './plan-fields.ts';
import { PLAN_PRESETS, planOfPreset } from './presets.ts';

const STATISTIC_CHOICES: readonly Choice[] = STATISTICS.map((id) => ({ id, name: id }));

export function PlanSentence({ plan }: { readonly plan: Plan }) {
  const choices = useChoices();
  const edit = (next: Plan): void => setDocument('plan', next);
  const rate = rateOf(plan);
  const cv = burstinessOf(plan);
  return (
    <form className="sentence" aria-label="The question" onSubmit={(event) => event.preventDefault()}>
      <p>
        I serve{' '}
        <InlineSelect
          label="Model"
          value={plan.model}
          choices={choices.models}
          onChange={(model) => edit({ ...plan, model })}
        />{' '}
        to <TrafficSelect plan={plan} />{' '}
        {rate !== null && (
          <>
            at{' '}
            <InlineNumber
              label="Rate, requests per second"
              value={rate}
              min={0.01}
              max={10_000}
              onChange={(next) => next !== null && edit(withRate(plan, next))}
            />{' '}
            {'sessions' in plan.workload && plan.workload.sessions !== undefined
              ? 'sessions/s'
              : 'requests/s'}
          </>
        )}
        {cv !== null && (
          <>
            {' '}
            with gaps of <Term name="Burstiness">CV</Term>{' '}
            <InlineNumber
              label="CV of the gaps between arrivals; 1 is Poisson"
              value={cv}
              min={0.1}
              max={10}
              step={0.1}
              onChange={(next) => next !== null && edit(withBurstiness(plan, next))}
            />
          </>
        )}
        , and need <LimitFields plan={plan} metric="ttftMs" name="TTFT" edit={edit} /> and{' '}
        <LimitFields plan={plan} metric="itlMs" name="ITL" edit={edit} /> and{' '}
        <InlineNumber
          label="Requests within every limit, percent"
          value={(plan.slo.attainment ?? 0.95) * 100}
          min={1}
          max={100}
          onChange={(next) => next !== null && edit(withAttainment(plan, next / 100))}
        />{' '}
        % of requests within them. I may use{' '}
        <InlineSet
          label="GPUs"
          chosen={plan.search.gpus}
          choices={choices.gpus}
          onChange={(gpus) => edit(withGpus(plan, gpus))}
        />
        , at most{' '}
        <InlineNumber
          label="Most GPUs"
          value={plan.budget?.maxGpus ?? null}
          min={1}
          max={4096}
          isOptional
          onChange={(next) => edit(withBudget(plan, 'maxGpus', next))}
        />{' '}
        GPUs and ${' '}
        <InlineNumber
          label="Most dollars per hour"
          value={plan.budget?.maxCostPerHour ?? null}
          min={0.01}
          max={1e6}
          isOptional
          onChange={(next) => edit(withBudget(plan, 'maxCostPerHour', next))}
        />{' '}
        an hour at prices of{' '}
        <InlineSelect
          label="Prices"
          value={plan.prices?.provider ?? ''}
          choices={[{ id: '', name: 'the catalogue' }, ...choices.providers]}
          onChange={(provider) => edit(withProvider(plan, provider))}
        />
        . It must survive the loss of{' '}
        <InlineNumber
          label="Workers that may be lost"
          value={plan.survive ?? 0}
          min={0}
          max={8}
          onChange={(survive) => survive !== null && edit({ ...plan, survive })}
        />{' '}
        workers, and hold at{' '}
        <InlineNumber
          label="Growth, times the rate"
          value={plan.growth ?? 1}
          min={1}
          max={10}
          step={0.1}
          onChange={(growth) => growth !== null && edit({ ...plan, growth })}
        />{' '}
        times the rate.
      </p>
    </form>
  );
}

interface EditPlan {
  readonly plan: Plan;
  readonly edit: (plan: Plan) => void;
}

/** The traffic: one of the presets, or what the document holds. */
function TrafficSelect({ plan }: { readonly plan: Plan }) {
  const own = workloadName(plan.workload);
  const choices = PLAN_PRESETS.map(({ name }) => ({ id: name, name: name.toLowerCase() }));
  const choose = (name: string): void => {
    const preset = PLAN_PRESETS.find((one) => one.name === name);
    if (preset === undefined) return;
    void planOfPreset(plan, preset).then((next) => putDocument('plan', next));
  };
  return <InlineSelect label="Traffic" value={own} choices={choices} onChange={choose} />;
}

function LimitFields({
  plan,
  metric,
  name,
  edit,
}: EditPlan & { readonly metric: SloMetric; readonly name: 'TTFT' | 'ITL' }) {
  const limit = limitOf(plan.slo, metric);
  if (limit === null)
    return (
      <>
        any <Term name={name} />
      </>
    );
  const take = (change: Partial<Limit>): void => edit(withLimit(plan, metric, { ...limit, ...change }));
  return (
    <>
      <Term name={name} />{' '}
      <InlineSelect
        label={`${name}, statistic`}
        value={limit.statistic}
        choices={STATISTIC_CHOICES}
        onChange={(statistic) => take({ statistic })}
      />{' '}
      ≤{' '}
      <InlineNumber
        label={`${name} limit, ms`}
        value={limit.ms}
        min={1}
        max={600_000}
        step={metric === 'ttftMs' ? 50 : 1}
        onChange={(ms) => ms !== null && take({ ms })}
      />{' '}
      ms
    </>
  );
}
