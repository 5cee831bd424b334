/** `drydock schema`: the JSON Schema of each kind of document, for editors and other tools. */
import { Argument, type Command } from 'commander';
import { LabSchema } from '../../lab/schema.ts';
import { TuneSchema } from '../../lab/tune-schema.ts';
import { PlanSchema } from '../../planner/schema.ts';
import { ComparisonSchema, PricesSchema, ScenarioSchema } from '../../scenario/schema.ts';
import { SweepSchema } from '../../sweep/schema.ts';
import { json, print } from '../output.ts';

const SCHEMAS = {
  scenario: ScenarioSchema,
  comparison: ComparisonSchema,
  plan: PlanSchema,
  sweep: SweepSchema,
  lab: LabSchema,
  tune: TuneSchema,
  prices: PricesSchema,
} as const;

export function register(program: Command): void {
  program
    .command('schema')
    .summary('print the JSON Schema of scenarios')
    .description('Prints the JSON Schema of one kind of file.')
    .addArgument(new Argument('[document]').choices(Object.keys(SCHEMAS)).default('scenario'))
    .action((document: keyof typeof SCHEMAS) => print(json(SCHEMAS[document])));
}
