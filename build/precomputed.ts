/**
 * Answers to the page's own first questions, computed by the command line while the page is built: the page has something
 * to say before any worker runs, and then computes it again. One virtual module per answer; null where nothing was built.
 * And what the library shows of the committed summary of a validation, which holds more.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { parse } from 'yaml';
import type { PlanReport } from '../sim/planner/report.ts';
import type { Comparison } from '../sim/scenario/schema.ts';
import { FIRST_SEEDS, firstComparison } from '../web/state/first-comparison.ts';
import { planFingerprint } from '../web/state/plan-fingerprint.ts';
import { TABLE_FIGURES } from '../web/state/table-figures.ts';

const COMMAND = 'dist/cli/drydock.js';
const CACHE = '.cache/precomputed';
/** Fields of reports that the page does not show. */
const UNSHOWN: ReadonlySet<string> = new Set(['document', 'bySeed']);
const TABLE: ReadonlySet<string> = new Set(TABLE_FIGURES);
/** Of parts of a comparison's answer, what the page shows: figures of its table, and of its SLO, which are among them. */
const SHOWN: Readonly<Record<string, (value: never) => unknown>> = {
  intervals: (value: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(Object.entries(value).filter(([figure]) => TABLE.has(figure))),
  differences: (value: readonly { readonly figure: string }[]) =>
    value.filter(({ figure }) => TABLE.has(figure)),
  energy: (value: object | null) => (value === null ? null : { ...value, assumptions: [] }),
};
/** Digits of fractions: more than the page shows. Whether the same comes out in the page is told by fingerprints. */
const DIGITS = 4;
/** Of what is kept here; another number whenever it changes. */
const FORM = 4;
const VALIDATION = 'models/validation.json';
/** Of the summary, what the library shows. */
const SHOWN_OF_VALIDATION = ['cases', 'rows', 'peers', 'quantiles'];
const PREFIX = 'virtual:precomputed/';

/** Arguments of the command by the name of the answer; the document is put into a file for it. */
const QUESTIONS: Readonly<Record<string, { args: readonly string[]; document: () => unknown }>> = {
  compare: {
    args: ['compare', '--seeds', String(FIRST_SEEDS)],
    document: () => firstComparison(parse(readFileSync('scenarios/compare-pd.yaml', 'utf8')) as Comparison),
  },
  plan: {
    args: ['plan'],
    document: () => parse(readFileSync('scenarios/plans/plan-chat-70b.yaml', 'utf8')),
  },
};

/** What both kinds of answers may hold, as far as it is looked at here. */
interface Answer {
  readonly engineDigest: string;
  readonly candidates?: PlanReport['candidates'];
  fingerprint?: string;
  rejected?: unknown;
}

/** `digest`: of the engine that the page is built with; an answer of another one is of no use. */
export function precomputed(digest: string): Plugin {
  let isBuild = false;
  return {
    name: 'drydock-precomputed',
    configResolved: ({ command }) => {
      isBuild = command === 'build';
    },
    resolveId: (id) => (id.startsWith(PREFIX) ? `\0${id}` : null),
    load(id) {
      if (!id.startsWith(`\0${PREFIX}`)) return null;
      const name = id.slice(PREFIX.length + 1);
      if (name === 'validation') return `export default ${validationText()};`;
      const answer = isBuild ? answerOf(name, digest) : null;
      if (isBuild && answer === null)
        this.warn(`${id.slice(1)}: no answer of engine ${digest}; build the command first`);
      return `export default ${answer ?? 'null'};`;
    },
  };
}

/** JSON text; null where nobody has run a validation. */
function validationText(): string {
  if (!existsSync(VALIDATION)) return 'null';
  const summary = JSON.parse(readFileSync(VALIDATION, 'utf8')) as Record<string, unknown>;
  return JSON.stringify(Object.fromEntries(SHOWN_OF_VALIDATION.map((part) => [part, summary[part]])));
}

function short(value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(DIGITS)) : value;
}

/** JSON text; null where the command is missing or of another engine. */
function answerOf(name: string, digest: string): string | null {
  const question = QUESTIONS[name];
  if (question === undefined || !existsSync(COMMAND)) return null;
  const cached = join(CACHE, `${name}-${digest}-v${FORM}.json`);
  if (existsSync(cached)) return readFileSync(cached, 'utf8');
  const folder = mkdtempSync(join(tmpdir(), 'drydock-'));
  try {
    const file = join(folder, 'question.json');
    writeFileSync(file, JSON.stringify(question.document()));
    const args = [COMMAND, ...question.args, file, '--format', 'json', '--quiet'];
    const answer = execFileSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
    const report = JSON.parse(answer) as Answer;
    if (report.engineDigest !== digest) return null;
    if (report.candidates !== undefined)
      report.fingerprint = planFingerprint({ candidates: report.candidates });
    // Why the others are out is told once the page has looked for itself.
    if (report.rejected !== undefined) report.rejected = [];
    const kept = JSON.stringify(report, (key, value: unknown) => {
      if (UNSHOWN.has(key)) return undefined;
      const shown = name === 'compare' ? SHOWN[key] : undefined;
      return shown === undefined ? short(value) : shown(value as never);
    });
    mkdirSync(CACHE, { recursive: true });
    writeFileSync(cached, kept);
    return kept;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
