/** The data of a chart as a table, folded away below it; the ways to take data and picture along; and its explanation. */
import { useState } from 'react';
import { ScrollTable } from '../components/scroll-table.tsx';
import type { About } from '../explain/about.ts';
import { ExplainButton } from '../explain/explain-button.tsx';
import { copyText, fileName, saveFile } from '../shell/save.ts';

type Rows = readonly (readonly string[])[];

interface TwinTableProps {
  readonly title: string;
  readonly heads: readonly string[];
  /** The first cell of a row names it. A function where there may be many: it is called once the table is opened. */
  readonly rows: Rows | (() => Rows);
  /** What the chart draws, for its explanation. */
  readonly about: About;
}

/** Rows that are put on the page; the file has them all. */
const MOST = 200;

export function TwinTable({ title, heads, rows: given, about }: TwinTableProps) {
  const [isOpen, setOpen] = useState(false);
  const rows = typeof given !== 'function' ? given : isOpen ? given() : [];
  return (
    <div className="tools">
      <ExplainButton title={title} about={about} />
      <details className="twin" onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>As a table or a file</summary>
        <ScrollTable label={`Table: ${title}`}>
          <caption className="visually-hidden">{title}</caption>
          <thead>
            <tr>
              {heads.map((head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, MOST).map((row) => (
              <tr key={row[0]}>
                {row.map((cell, column) =>
                  column === 0 ? (
                    <th key={heads[column]} scope="row">
                      {cell}
                    </th>
                  ) : (
                    <td key={heads[column]}>{cell}</td>
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </ScrollTable>
        <p className="buttons">
          <button
            type="button"
            onClick={() => void copyText(tsvOf([heads, ...rows]), `the table of ${title}`)}
          >
            Copy table
          </button>
          <button
            type="button"
            onClick={() => saveFile(fileName(title, 'chart', 'csv'), csvOf([heads, ...rows]), 'text/csv')}
          >
            Save CSV{rows.length > MOST ? ` of all ${rows.length} rows` : ''}
          </button>
          {(['svg', 'png'] as const).map((type) => (
            <button
              key={type}
              type="button"
              onClick={(event) => void saveChart(event.currentTarget, title, type)}
            >
              Save {type.toUpperCase()}
            </button>
          ))}
        </p>
      </details>
    </div>
  );
}

/** What draws pictures is loaded when it is asked for. */
async function saveChart(button: HTMLElement, title: string, type: 'svg' | 'png'): Promise<void> {
  const section = button.closest('section:not(.scroll)');
  const { savePicture } = await import('./picture.ts');
  if (section instanceof HTMLElement) await savePicture(section, title, type);
}

/** As spreadsheets paste it. */
function tsvOf(rows: Rows): string {
  return rows.map((row) => row.map((cell) => cell.replaceAll(/[\t\n]/g, ' ')).join('\t')).join('\n');
}

/** RFC 4180; cells that a spreadsheet would take for formulas are quoted as text. */
export function csvOf(rows: readonly (readonly string[])[]): string {
  const cell = (text: string): string => {
    const safe = /^[=+@\t]/.test(text) ? `'${text}` : text;
    return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return `${rows.map((row) => row.map(cell).join(',')).join('\n')}\n`;
}
