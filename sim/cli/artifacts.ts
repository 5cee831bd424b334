/** What commands leave for CI and readers beside their output: `--junit`, `--summary`, `--html`. */
import { appendFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { htmlReport } from '../export/report/html.ts';
import type { Block } from '../export/report/report-tables.ts';
import { unwritable } from './document.ts';
import { type CheckCase, junitXml } from './junit.ts';
import { blocksText } from './output.ts';

export interface ArtifactOptions {
  readonly junit?: string;
  readonly summary?: string;
  readonly html?: string;
}

/** What they are made of. */
export interface Artifacts {
  readonly title: string;
  /** The answer in a sentence, which stands first. */
  readonly answer?: string;
  readonly blocks: readonly Block[];
  /** SVG for the HTML report. */
  readonly plot?: string;
  readonly cases: readonly CheckCase[];
}

/** GitHub drops a step summary above 1 MiB; this leaves room for what other commands of the step add. */
export const SUMMARY_BYTES = 900_000;

/** Adds `--html` and `--summary`, and `--junit` to commands that check something. */
export function addArtifactOptions(command: Command, hasChecks: boolean): Command {
  if (hasChecks) command.option('--junit <file>', 'write the checks as JUnit XML');
  return command
    .option('--summary <file>', 'add a Markdown summary to a file, e.g. "$GITHUB_STEP_SUMMARY" (<= 900 kB)')
    .option('--html <file>', 'write a report that stands by itself (no requests, light and dark)');
}

/** Writes those that were asked for. */
export function writeArtifacts(options: ArtifactOptions, artifacts: Artifacts): void {
  const { title, answer, blocks, plot, cases } = artifacts;
  if (options.junit !== undefined) write(options.junit, junitXml(title, cases), writeFileSync);
  if (options.html !== undefined)
    write(options.html, htmlReport(title, answer, blocks, plot === undefined ? {} : { plot }), writeFileSync);
  if (options.summary !== undefined) write(options.summary, summaryText(artifacts), appendFileSync);
}

/** Markdown: title, answer, tables; blocks that no longer fit are counted. */
export function summaryText(
  { title, answer, blocks }: Pick<Artifacts, 'title' | 'answer' | 'blocks'>,
  limitBytes = SUMMARY_BYTES,
): string {
  const bytes = (text: string): number => Buffer.byteLength(text);
  const parts = [`## ${title.replaceAll('\n', ' ')}\n`];
  if (answer !== undefined) parts.push(`**${answer.trim()}**\n`);
  // Room for the line that says what was left out.
  let left = limitBytes - 200 - parts.reduce((sum, part) => sum + bytes(part) + 1, 0);
  let dropped = 0;
  for (const block of blocks) {
    const text = blocksText([block], 'md');
    if (bytes(text) + 1 > left || dropped > 0) dropped += 1;
    else {
      parts.push(text);
      left -= bytes(text) + 1;
    }
  }
  if (dropped > 0)
    parts.push(`_${dropped} further tables are left out: the summary is limited to ${limitBytes} bytes._\n`);
  return `${parts.join('\n')}\n`;
}

function write(file: string, text: string, how: (file: string, text: string) => void): void {
  try {
    how(file, text);
  } catch (error) {
    throw unwritable(file, error);
  }
}
