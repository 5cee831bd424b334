/** A place for files: dropped on it, or chosen with the field inside. They are read in this tab. */
import { type ReactNode, useState } from 'react';

interface DropFilesProps {
  readonly label: string;
  /** What may be dropped, in words. */
  readonly children: ReactNode;
  readonly onFiles: (files: readonly File[]) => void;
}

export function DropFiles({ label, children, onFiles }: DropFilesProps) {
  const [isOver, setOver] = useState(false);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is one way; the field inside is the other
    <div
      className={isOver ? 'drop over' : 'drop'}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        onFiles([...event.dataTransfer.files]);
      }}
    >
      <label>
        {label} <input type="file" multiple onChange={(event) => onFiles([...(event.target.files ?? [])])} />
      </label>
      <p className="quiet-text">{children}</p>
    </div>
  );
}
