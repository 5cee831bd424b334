/** What each kind of chart shows, and how its numbers come about. */
import type { TermName } from '../shell/glossary.ts';
import type { ChartKind } from './about.ts';

export interface Words {
  readonly shows: string;
  readonly how: string;
  readonly terms: readonly TermName[];
}

const POOLED = 'All seeds are pooled; requests that arrived during the warm-up are left out.';
const RECORDED =
  'One run is recorded, which is the run that it would have been without. Instances are looked at up to 1,024 times, evenly over its time.';

export const WORDS: Readonly<Record<ChartKind, Words>> = {
  distribution: {
    shows:
      'How many took at most so long. The further left a curve, the faster; where it reaches a height, there is that percentile. Right of the red line the SLO is broken.',
    how: 'Times run from the arrival at the router. A comparison pools its seeds and leaves out requests that arrived during the warm-up; a recording has every request of its one run.',
    terms: ['TTFT', 'ITL', 'p95'],
  },
  overTime: {
    shows:
      'Whether users wait the same all the time. Lines are the 95th percentile, bands reach down to the median; below them how many requests arrived. Where a line climbs to the end, work piles up.',
    how: 'Requests are sorted by when they arrived into windows of equal width, seeds pooled. A window with fewer than five of them says nothing. Ticks at the top are requests that were not answered; what is hatched is warm-up.',
    terms: ['TTFT', 'TPOT', 'p95'],
  },
  phases: {
    shows:
      'What the time to the first token is made of, from left to right as a request goes through it: for all requests, and for slow ones.',
    how: `Phases of one request follow each other without gaps, so that the parts of a bar add up to its mean. Cohorts are cut by TTFT: p90–p99 holds those slower than 90 and faster than 99 of 100. ${POOLED}`,
    terms: ['TTFT', 'KV transfer', 'Chunked prefill'],
  },
  busy: {
    shows: 'What the GPUs of each pool do with their time.',
    how: 'From the first arrival to the last answer. A step that computes prompts and answers is divided by their tokens. A GPU that decodes one sequence is as busy as one that decodes a hundred: busy is not full.',
    terms: ['P and D', 'KV transfer'],
  },
  figure: {
    shows: 'One figure of every fleet, with what the noise of the traffic leaves open as a bar.',
    how: 'The mean over seeds; the bar is its interval. Intervals that overlap do not show that fleets are equal: what is paired is in the table above.',
    terms: ['± and [ ]', 'Paired'],
  },
  cost: {
    shows: 'What a good request costs against how long its user waits: lower left is better.',
    how: 'Cost of the fleet per hour over its goodput; the whisker along is the interval of the goodput, the one across that of the wait. Prices are those of the price book.',
    terms: ['Goodput', 'TTFT', '± and [ ]'],
  },
  plan: {
    shows:
      'Every fleet that was run to the end: what it costs an hour, and how long its users wait. Hollow ones miss the SLO, on this figure or another.',
    how: 'The search rejects what does not fit or cannot meet the SLO even at best, screens the rest with short runs, and confirms the best with several seeds; these are its points, whiskers are intervals over seeds. The dashed line joins those that no other beats on both axes.',
    terms: ['TTFT', 'ITL', '± and [ ]'],
  },
  grid: {
    shows: 'Every way to divide the GPUs of fleet A: how many prefill, and how many work on one replica.',
    how: 'Each cell is a comparison’s fleet on the same requests. Numbers are goodput; a hatched cell misses the SLO, an outlined one cannot be built, and its reason is in the table.',
    terms: ['Goodput', 'P and D', 'TP'],
  },
  load: {
    shows:
      'What becomes of the figure as more requests come. Diamonds stand where a fleet last keeps its SLO.',
    how: 'The same requests arrive faster and faster, a line for each seed. Loads are tried up and down from the document’s until the SLO breaks, then closer to that point; the knee is the mean over seeds.',
    terms: ['Knee', 'Goodput', '± and [ ]'],
  },
  demand: {
    shows: 'What so many answered tokens a day cost. Whole fleets are bought, so each is a staircase.',
    how: 'A fleet carries what it was simulated to carry at its knee, around the clock; a further step is one more of the same beside it, which was not simulated. An API charges by the token, prompts included in the proportion of this traffic.',
    terms: ['Knee'],
  },
  tornado: {
    shows:
      'How much the figure moves when one input is somewhat wrong, or one setting is a step away; the widest bar first.',
    how: 'Each end is simulated with the same seeds as the run as it is, so that differences are paired. For diamonds the input is moved further and further until another decision is taken, then back to within 2 % of where that begins.',
    terms: ['Paired', '± and [ ]'],
  },
  cache: {
    shows: 'How many prompt tokens were found in a cache when their request was first admitted.',
    how: `${RECORDED} Found tokens over those looked up in each interval; where none were, there is no line.`,
    terms: ['Cache hits'],
  },
  links: {
    shows: 'How busy the links are that carry KV.',
    how: `${RECORDED} Carried bytes over what the link could have carried; of equal links the busiest at each moment is drawn.`,
    terms: ['KV transfer'],
  },
  requests: {
    shows: 'Every request as a row: what happened to it, from its arrival to its end.',
    how: 'Phases of a request follow each other without gaps. Where there are more requests than rows, each row is the slowest of its neighbours.',
    terms: ['TTFT', 'E2E', 'KV transfer'],
  },
  instances: {
    shows:
      'What each instance was doing over the run: decode from the foot of its strip, then prefill, idle above.',
    how: `${RECORDED} A step that computes prompts and answers is divided by their tokens.`,
    terms: ['P and D'],
  },
  memory: {
    shows:
      'How full the KV memory of each instance was. At its head: cached blocks that gave way although their content could have been found again.',
    how: `${RECORDED} Blocks that running requests hold are in use; cached ones are not, they are given up for room. What is evicted is counted when a step, or a segment of steps, ends.`,
    terms: ['KV', 'Cache hits'],
  },
  seeds: {
    shows:
      'What every seed came to under each policy. A line joins the runs of one seed, the blue mark is the mean. Where lines run side by side, policies differ alike under every seed.',
    how: 'Policies see the same requests seed by seed, so that the difference along a line is the policy’s and not the traffic’s.',
    terms: ['Paired', '± and [ ]'],
  },
  measured: {
    shows: 'What was measured against what is simulated, run by run: on the diagonal the two are equal.',
    how: 'Each run is simulated with its own traffic. Hollow is the built-in calibration, filled the one fitted to these runs; cross-validated, in the table, is a fit that did not see the run.',
    terms: ['TTFT', 'TPOT'],
  },
  errors: {
    shows:
      'How far off predictions are over all cases that somebody measured: the share of values within an error.',
    how: 'Error is simulated less measured over measured, without its sign. Fully specified cases (tier 1) and those of which something is not known (tier 2) are told apart.',
    terms: ['TTFT', 'TPOT'],
  },
  fleet: {
    shows:
      'The fleet at one moment: a cell for each instance, filled by what it was doing, with its KV memory as a bar at the right.',
    how: `${RECORDED} Playing shows what was recorded; nothing is simulated again.`,
    terms: ['P and D', 'KV'],
  },
};
