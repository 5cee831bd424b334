/** `drydock route`: the production router's decisions for given endpoint states and requests, one JSON line each. */
import { writeFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { stringify } from 'yaml';
import { ConfigError } from '../../../src/core/check.ts';
import { builderOptions } from '../../../src/parsing/builder-config.ts';
import { ModelRewrites } from '../../../src/parsing/model-rewrite.ts';
import { RequestBuilder } from '../../../src/parsing/request-builder.ts';
import { createRouter } from '../../../src/router.ts';
import type { EndpointTable } from '../../../src/routing/endpoint.ts';
import { readResourcesFile } from '../../../src/server/discovery/resources-file.ts';
import { createStreams } from '../../kernel/streams.ts';
import { withBoxed } from '../../lab/baselines/boxed.ts';
import { type LoadedDocument, loadDocument, readText, unreadable } from '../document.ts';
import { print } from '../output.ts';
import { loadPluginFiles } from '../plugin/load-plugin.ts';
import { answerLine, decisionLine } from '../route/decision-lines.ts';
import { readEndpoints, readRequests } from '../route/inputs.ts';
import { Replay, type Replayed } from '../route/replay.ts';
import { pluginOption } from '../run-options.ts';

interface RouteOptions {
  readonly config: string;
  readonly endpoints: string;
  readonly requests: string;
  readonly explain?: true;
  readonly decisions?: string;
  readonly seed: number;
  readonly plugin: readonly string[];
  readonly objective: ReadonlyMap<string, number>;
  readonly resources?: string;
  readonly allowExperimentalPlugins?: true;
}

export function register(program: Command): void {
  program
    .command('route')
    .summary('routing decisions for given endpoint states')
    .description(
      'Replays requests against given endpoint states through the production router and prints one JSON line per request: per profile each candidate with its raw scores and total, the equal-best ones and the pick.',
    )
    .requiredOption(
      '--config <file>',
      'EndpointPickerConfig (YAML or JSON); an empty file is the default one',
    )
    .requiredOption('--endpoints <file>', 'list of endpoints: id, address, labels, metrics')
    .requiredOption(
      '--requests <file>',
      'JSON lines: {id, headers, path, body} or {id, complete, outputTokens}',
    )
    .option('--explain', 'print the effective configuration to stderr first')
    .option('--decisions <file>', 'write a record of every decision, one JSON line each')
    .option('--seed <n>', 'seed of random choices', wholeNumber, 1)
    .addOption(pluginOption())
    .option(
      '--objective <name=priority>',
      'priority of an InferenceObjective; may be given several times',
      addObjective,
      new Map<string, number>(),
    )
    .option('--resources <file>', 'InferenceObjective and InferenceModelRewrite manifests')
    .option('--allow-experimental-plugins', 'allow plugins that upstream marks as Alpha')
    .action(route);
}

async function route(options: RouteOptions): Promise<void> {
  const { router: extraPlugins } = withBoxed(await loadPluginFiles(options.plugin));
  const document = readConfig(options.config);
  const table = readEndpoints(options.endpoints, 0);
  const lines = readRequests(options.requests);
  const config = document?.data ?? null;
  const streams = createStreams(options.seed);
  const resources = options.resources === undefined ? undefined : readResourcesFile(options.resources);
  const priorities = new Map([...(resources?.objectives ?? []), ...options.objective]);
  const rewrites = new ModelRewrites(streams.open('router/model-rewrite'));
  rewrites.set(resources?.rewrites ?? []);
  const replayed = located(document, () => {
    const replay = new Replay({
      table,
      builder: new RequestBuilder(builderOptions(config, priorities, rewrites)),
      bodilessRng: streams.open('route/bodiless'),
      makeRouter: (output, recorder) => {
        const router = createRouter({
          config,
          table,
          output,
          streams,
          recorder,
          extraPlugins,
          allowExperimentalPlugins: options.allowExperimentalPlugins ?? false,
        });
        if (options.explain) process.stderr.write(stringify(router.effectiveConfig()));
        return router;
      },
      warn: (text) => process.stderr.write(`warning: ${text}\n`),
    });
    return replay.run(lines);
  });
  if (options.decisions !== undefined) writeDecisions(options.decisions, replayed, table);
  const answers = replayed.map(({ id, outcome, decision }) =>
    JSON.stringify(answerLine(id, outcome, decision?.profiles ?? [], table)),
  );
  if (answers.length > 0) print(answers.join('\n'));
}

function writeDecisions(file: string, replayed: readonly Replayed[], table: EndpointTable): void {
  const lines = replayed.flatMap(({ id, decision }) =>
    decision === null ? [] : [`${JSON.stringify(decisionLine(id, decision, table))}\n`],
  );
  try {
    writeFileSync(file, lines.join(''));
  } catch (error) {
    throw unreadable(file, 'a file that can be written', error);
  }
}

/** The configuration's document; undefined for an empty file, which stands for the built-in configuration. */
function readConfig(file: string): LoadedDocument | undefined {
  const isEmpty = readText(file, 'an EndpointPickerConfig').trim() === '';
  return isEmpty ? undefined : loadDocument(file);
}

/** Runs `work`; errors of the configuration name its file, line and column. */
function located<T>(document: LoadedDocument | undefined, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof ConfigError && document !== undefined ? document.locate(error) : error;
  }
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('not a whole number >= 0');
  return value;
}

function addObjective(text: string, known: Map<string, number>): Map<string, number> {
  const match = /^([^=]+)=(-?\d+)$/.exec(text);
  if (match === null) throw new InvalidArgumentError('not name=priority, such as batch=-10');
  return known.set(match[1]!, Number(match[2]));
}
