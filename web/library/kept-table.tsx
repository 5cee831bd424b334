/** What is kept of one kind in this browser: a row for each, to be used or forgotten. */
import { ScrollTable } from '../components/scroll-table.tsx';

export interface Kept {
  readonly name: string;
  /** Beside the name, e.g. its size. */
  readonly detail: string;
}

interface KeptTableProps {
  readonly label: string;
  readonly heads: readonly [name: string, detail: string];
  readonly rows: readonly Kept[];
  /** Words of the button that uses one. */
  readonly use: string;
  readonly onUse: (name: string) => void;
  readonly onForget: (name: string) => void;
}

export function KeptTable({ label, heads, rows, use, onUse, onForget }: KeptTableProps) {
  return (
    <ScrollTable label={label}>
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
          <th scope="col">
            <span className="visually-hidden">Use or forget</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, detail }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{detail}</td>
            <td className="row-actions">
              <button type="button" onClick={() => onUse(name)}>
                {use}
              </button>
              <button type="button" onClick={() => onForget(name)}>
                Forget
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}
