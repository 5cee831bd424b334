/**
 * A table that no known tool has written: its owner says which column is what and in which unit. Guesses stand in the fields; what
 * comes of them, and which lines cannot be read, is shown before the trace is used.
 */
import { useEffect, useState } from 'react';
import type { ColumnMapping, TimeUnit, TokenUnit } from '../../sim/import/table/mapping.ts';
import type { Table } from '../../sim/import/table/table.ts';
import { ScrollTable } from '../components/scroll-table.tsx';
import { countText } from '../format.ts';
import { SelectField } from '../rail/select-field.tsx';
import { client } from '../state/simulator.ts';
import type { Choice } from '../worker/api.ts';
import type { MappedFile, OwnTable } from '../worker/imports.ts';

interface ColumnMappingProps {
  readonly name: string;
  readonly own: OwnTable;
  /** Takes the trace, in Drydock's own format. */
  readonly onTrace: (text: string) => void;
}

const TIME_UNITS: readonly { readonly id: TimeUnit; readonly name: string }[] = [
  { id: 's', name: 'seconds' },
  { id: 'ms', name: 'milliseconds' },
  { id: 'us', name: 'microseconds' },
  { id: 'ns', name: 'nanoseconds' },
  { id: 'stamp', name: 'date and time, UTC' },
];
const TOKEN_UNITS: readonly { readonly id: TokenUnit; readonly name: string }[] = [
  { id: 'tokens', name: 'tokens' },
  { id: 'thousands', name: 'thousands of tokens' },
  { id: 'characters', name: 'characters, 4 for a token' },
];

interface Field {
  readonly label: string;
  readonly key: keyof ColumnMapping;
  readonly choices: readonly Choice[];
}

export function ColumnMappingPage({ name, own, onTrace }: ColumnMappingProps) {
  const { text, table, guess, rowWord, leftOut } = own;
  const [mapping, setMapping] = useState(guess);
  const [mapped, setMapped] = useState<MappedFile | null>(null);
  const fault = faultOf(mapping);
  useEffect(() => {
    let isGone = false;
    setMapped(null);
    if (faultOf(mapping) !== null) return;
    void client.remote.mapColumns(text, table, mapping).then((next) => {
      if (!isGone) setMapped(next);
    });
    return () => {
      isGone = true;
    };
  }, [text, table, mapping]);
  const columns = table.columns.map((id) => ({ id, name: id }));
  const needed = [{ id: '', name: 'choose' }, ...columns];
  const fields: readonly Field[] = [
    { label: 'Arrival', key: 'arrival', choices: needed },
    { label: 'Arrival is in', key: 'timeUnit', choices: TIME_UNITS },
    { label: 'Input: the whole prompt', key: 'input', choices: needed },
    { label: 'Output', key: 'output', choices: needed },
    { label: 'Input and output are in', key: 'tokenUnit', choices: TOKEN_UNITS },
    { label: 'Session (conversation)', key: 'session', choices: [{ id: '', name: 'none' }, ...columns] },
  ];
  return (
    <section aria-label={name}>
      <h2>Which column of {name} is what?</h2>
      <p className="quiet-text">
        It cannot be read as the file of a known tool. What stands here is guessed from names and first
        values: correct it.
      </p>
      <div className="calibration-fields">
        {fields.map(({ label, key, choices }) => (
          <SelectField
            key={key}
            label={label}
            value={mapping[key]}
            choices={choices}
            onChange={(id) => setMapping({ ...mapping, [key]: id })}
          />
        ))}
      </div>
      {leftOut.length > 0 && <p className="quiet-text">Columns that are left out: {leftOut.join('; ')}.</p>}
      <Sample table={table} mapping={mapping} />
      {fault !== null && (
        <p role="status" className="notice">
          {fault}
        </p>
      )}
      {mapped !== null && <Outcome mapped={mapped} rowWord={rowWord} onTrace={() => onTrace(mapped.text)} />}
    </section>
  );
}

interface OutcomeProps {
  readonly mapped: MappedFile;
  readonly rowWord: OwnTable['rowWord'];
  readonly onTrace: () => void;
}

function Outcome({ mapped, rowWord, onTrace }: OutcomeProps) {
  const { rows, badRows, faults, notes, facts } = mapped;
  return (
    <>
      <h3>{rows === 0 ? 'No row can be read' : 'As a trace'}</h3>
      {facts.length > 0 && <pre className="facts">{facts.join('\n')}</pre>}
      {notes.length > 0 && (
        <ul>
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      {badRows > 0 && (
        <>
          <h3>Rows that cannot be read, and are left out: {countText(badRows)}</h3>
          <ul>
            {faults.map(({ line, column, found, expected }) => (
              <li key={line}>
                {rowWord} {rowWord === 'row' ? line - 1 : line}, {column}: found {found}; expected {expected}
              </li>
            ))}
            {badRows > faults.length && <li>and {countText(badRows - faults.length)} more</li>}
          </ul>
        </>
      )}
      {rows > 0 && (
        <p className="buttons">
          <button type="button" onClick={onTrace}>
            {badRows === 0 ? 'Compare fleets under it' : `Compare fleets under the ${countText(rows)} rows`}
          </button>
        </p>
      )}
    </>
  );
}

function Sample({
  table: { columns, sample },
  mapping,
}: {
  readonly table: Table;
  readonly mapping: ColumnMapping;
}) {
  return (
    <ScrollTable label="First rows">
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col" className="text">
              {column}
              <span className="under">{roleOf(column, mapping)}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {sample.map((row, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows of a file stay where they are
          <tr key={at}>
            {columns.map((column, place) => (
              <td key={column} className="text">
                {row[place]}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}

function roleOf(column: string, { arrival, input, output, session }: ColumnMapping): string {
  const roles = { arrival, input, output, session };
  return Object.entries(roles).find(([, own]) => own === column)?.[0] ?? 'not used';
}

/** What keeps the mapping from being used; null: nothing. */
function faultOf({ arrival, input, output, session }: ColumnMapping): string | null {
  if (arrival === '') return 'Choose the column of arrivals.';
  if (input === '') return 'Choose the column of the input.';
  if (output === '') return 'Choose the column of the output.';
  const chosen = [arrival, input, output, session].filter((column) => column !== '');
  const twice = chosen.find((column, at) => chosen.indexOf(column) < at);
  return twice === undefined ? null : `${twice} is chosen twice: a column is one thing.`;
}
