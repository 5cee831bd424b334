/** `drydock schema`: the JSON Schema of scenarios, comparisons and labs, for editors and other tools. */
import { Argument, type Command } from 'commander';
import { LabSchema } from '../../lab/schema.ts';
import { ComparisonSchema, ScenarioSchema } from '../../scenario/schema.ts';
import { json, print } from '../output.ts';

const SCHEMAS = { scenario: ScenarioSchema, comparison: ComparisonSchema, lab: LabSchema } as const;

export function register(program: Command): void {
  program
    .command('schema')
    .summary('print the JSON Schema of scenarios')
    .description('Prints the JSON Schema of scenario files, of comparison files or of lab files.')
    .addArgument(new Argument('[document]').choices(Object.keys(SCHEMAS)).default('scenario'))
    .action((document: keyof typeof SCHEMAS) => print(json(SCHEMAS[document])));
}
