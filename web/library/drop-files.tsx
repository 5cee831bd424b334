/** A place for files: dropped on it, or chosen with the field inside. They are read in this tab. */
import { type ReactNode, useState } from 'react';
import { textOf } from './text-of.ts';

/** A file's name, without the ending of its packing, and its text. */
export interface TextFile {
  readonly name: string;
  readonly text: string;
}

interface DropFilesProps {
  readonly label: string;
  /** What may be dropped, in words. */
  readonly children: ReactNode;
  readonly onFiles: (files: readonly TextFile[]) => void;
  /** Takes what Drydock has saved as a bundle; without it, a bundle is a file like others. */
  readonly onBundles?: (files: readonly File[]) => void;
}

export function DropFiles({ label, children, onFiles, onBundles }: DropFilesProps) {
  const [isOver, setOver] = useState(false);
  const take = async (all: readonly File[]): Promise<void> => {
    const bundles = new Set(onBundles === undefined ? [] : all.filter(isBundle));
    onBundles?.([...bundles]);
    const others = all.filter((file) => !bundles.has(file));
    onFiles(
      await Promise.all(
        others.map(async (file) => ({ name: file.name.replace(/\.gz$/, ''), text: await textOf(file) })),
      ),
    );
  };
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
        void take([...event.dataTransfer.files]);
      }}
    >
      <label>
        {label}{' '}
        <input type="file" multiple onChange={(event) => void take([...(event.target.files ?? [])])} />
      </label>
      <p className="quiet-text">{children}</p>
    </div>
  );
}

function isBundle({ name }: File): boolean {
  return /\.(fleet|zip)$/i.test(name);
}
