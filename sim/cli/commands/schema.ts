/** `drydock schema`: the JSON Schema of scenarios and comparisons, for editors and other tools. */
import { Argument, type Command } from 'commander';
import { ComparisonSchema, ScenarioSchema } from '../../scenario/schema.ts';
import { json, print } from '../output.ts';

const SCHEMAS = { scenario: ScenarioSchema, comparison: ComparisonSchema } as const;

export function register(program: Command): void {
  program
    .command('schema')
    .summary('print the JSON Schema of scenarios')
    .description('Prints the JSON Schema of scenario files, or of comparison files.')
    .addArgument(new Argument('[document]').choices(Object.keys(SCHEMAS)).default('scenario'))
    .action((document: keyof typeof SCHEMAS) => print(json(SCHEMAS[document])));
}
